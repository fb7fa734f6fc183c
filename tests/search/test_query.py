"""What is typed and what is found: the same on SQLite and on PostgreSQL."""

import pytest
from django.db import connection

from crmservice.search import kinds
from crmservice.search.index import Document, forget, index_many
from crmservice.search.models import Entry
from crmservice.search.query import matching_ids, search
from tests.search.conftest import MONDAY

BOTH = ["house", "machine.part"]


def found(text, **options):
    options = {"kinds": BOTH, "scopes": None, **options}
    return [hit.object_id for hit in search(text, **options)]


@pytest.fixture
def world(add):
    add(object_id=1, names="天津星辰电梯有限公司", phones="022-2345 6789", codes=["C-0001"])
    add(object_id=2, names="上海三菱电梯", phones=["13912345678", "400-820-1234"])
    add(object_id=3, names="单立人", phones="+86 138 6655 1125", subtitle="天津星辰电梯有限公司")
    add(object_id=4, names="Siemens Schneider", body="Inverter overheating after restart")
    add("machine.part", 5, codes="SFD90240100372", words="曳引机")
    add("machine.part", 6, codes="6SL3120-1TE21-0AA4", body="门机故障，无法关门。门机皮带")
    add("machine.part", 7, codes="SR-2026-0042", body="Мир, 한국어, がぎぐ")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("星辰", {1, 3}, id="two characters inside"),
        pytest.param("辰", {1, 3}, id="one character inside"),
        pytest.param("司", {1, 3}, id="the last character"),
        pytest.param("天津星辰", {1, 3}, id="four characters"),
        pytest.param("津辰", set(), id="characters that do not stand together"),
        pytest.param("上海 电梯", {2}, id="two words"),
        pytest.param("tjxc", {1}, id="initials"),
        pytest.param("TJXC", {1}, id="initials in capitals"),
        pytest.param("xcdt", {1}, id="initials from inside"),
        pytest.param("xingchen", {1}, id="pinyin from inside"),
        pytest.param("xing chen", {1}, id="pinyin with a blank"),
        pytest.param("shanlir", {3}, id="surname rightly read"),
        pytest.param("danliren", {3}, id="surname as it is written"),
        pytest.param("1125", {3}, id="tail of a number"),
        pytest.param("6655", {3}, id="middle of a number"),
        pytest.param("138 6655", {3}, id="head of a number with a blank"),
        pytest.param("+86 138-6655", {3}, id="head with the country"),
        pytest.param("0086138", {3}, id="head with the country, dialled"),
        pytest.param("１３８６６", {3}, id="full-width digits"),
        pytest.param("138 6655 1125", {3}, id="whole number"),
        pytest.param("022-2345", {1}, id="landline with zero"),
        pytest.param("+86 22 2345", {1}, id="landline abroad"),
        pytest.param("400 820", {2}, id="hotline"),
        pytest.param("单 1125", {3}, id="surname and tail"),
        pytest.param("1125 单", {3}, id="tail and surname"),
        pytest.param("SFD90240100372", {5}, id="whole serial"),
        pytest.param("sfd 9024 0100372", {5}, id="serial with blanks"),
        pytest.param("0100372", {5}, id="tail of a serial"),
        pytest.param("372", {5}, id="three digits of the tail"),
        pytest.param("d9024", {5}, id="middle of a serial"),
        pytest.param("1TE21", {6}, id="part of a part number"),
        pytest.param("6SL3120-1TE", {6}, id="beginning of a part number"),
        pytest.param("6sl31201te21", {6}, id="part number without signs"),
        pytest.param("SR-2026-0042", {7}, id="document number"),
        pytest.param("SR/2026/42", set(), id="another number"),
        pytest.param("0042", {7}, id="tail of a document number"),
        pytest.param("c-0001", {1}, id="short code"),
        pytest.param("overheating", {4}, id="English word"),
        pytest.param("overheated", {4}, id="another form of the word"),
        pytest.param("overheati", {4}, id="half a word"),
        pytest.param("overheats inverter", {4}, id="words in another order"),
        pytest.param("invert", {4}, id="beginning"),
        pytest.param("门机", {6}, id="in the text"),
        pytest.param("门机故障", {6}, id="longer in the text"),
        pytest.param("мир", {7}, id="Cyrillic"),
        pytest.param("한국", {7}, id="Korean"),
        pytest.param("がぎ", {7}, id="Japanese"),
        pytest.param("seimens", {4}, id="a slip"),
        pytest.param("Schnieder", {4}, id="another slip"),
        pytest.param("天津星晨电梯", {1}, id="a homophone"),
        pytest.param("善立人", {3}, id="a homophone of the surname"),
        pytest.param("zzqx", set(), id="nowhere"),
        pytest.param("不存在", set(), id="nowhere in Chinese"),
        pytest.param("99999999", set(), id="no such number"),
    ],
)
def test_what_is_typed_finds(world, typed, expected):
    assert set(found(typed)) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "'",
        "' | ! :* \"",
        ") (",
        "NEAR(",
        "a NEAR b",
        "AND OR NOT",
        "\x00",
        "\ud800",
        "x\udfff\x00y",
        "%_\\",
        "=k.house",
        "k.house",
        "=s.o3",
        "{tokens_a} : a",
        "^a -b",
        "'); drop table search_entry; --",
        "☎🙂",
        "กินข้าว",
        "ﷺ",
        "٣٤٥",
        "a" * 10_000,
        "门" * 10_000,
        "1" * 10_000,
        "a-" * 5_000,
        "' " * 5_000,
        "门 a 1 " * 2_000,
        "𠀀𠀁",
        "١²³½",
    ],
)
def test_nothing_that_can_be_typed_is_an_error(world, typed):
    search(typed, kinds=BOTH, scopes=["o3"])
    search(typed, kinds=BOTH, scopes=None)

    assert list(matching_ids("house", typed)) is not None
    assert Entry.objects.count() == 7


def test_what_is_alike_is_said_to_be_no_exact_hit(world):
    assert [hit.exact for hit in search("siemens", kinds=BOTH, scopes=None)] == [True]
    assert [hit.exact for hit in search("seimens", kinds=BOTH, scopes=None)] == [False]


def test_a_hit_says_what_it_is_and_where(add):
    add(names="上海三菱", subtitle="浦东", badge="VIP", url="/houses/1/")

    (hit,) = search("三菱", kinds=BOTH, scopes=None)

    assert (hit.kind, hit.object_id, hit.title, hit.subtitle, hit.url, hit.badge) == (
        ("house", 1, "上海三菱", "浦东", "/houses/1/", "VIP")
    )


def test_the_whole_name_comes_before_its_beginning_and_that_before_a_part(add):
    add(object_id=1, names="上海三一重工")
    add(object_id=2, names="三一重工")
    add(object_id=3, names="三一")
    add(object_id=4, title="-", body="三一 三一 三一", days=9)

    assert found("三一") == [3, 2, 1, 4]


def test_the_text_that_says_it_more_often_comes_first_and_a_long_one_later(add):
    add(object_id=1, title="-", body="故障" + "其他文字" * 400)
    add(object_id=2, title="-", body="故障 其他文字")
    add(object_id=3, title="-", body="故障 故障 其他文字")

    assert found("故障") == [3, 2, 1]


def test_equal_hits_come_latest_first(add):
    add(object_id=1, names="王伟", days=2)
    add(object_id=2, names="王伟", days=3)
    add(object_id=3, names="王伟", days=1)

    assert found("王伟") == [2, 1, 3]


def test_a_heavier_kind_comes_first(add, known_kinds):
    kinds.register("machine.part", "Parts", "engine", "parts.view", weight=2)
    add("house", 1, names="三一", days=1)
    add("machine.part", 2, names="三一")

    assert found("三一") == [2, 1]


def test_only_the_kinds_that_are_asked_for_are_found(add):
    add("house", 1, names="三一")
    add("machine.part", 2, names="三一")

    assert found("三一", kinds=["house"]) == [1]
    assert found("三一", kinds=["machine.part"]) == [2]
    assert found("三一", kinds=[]) == []
    assert found("三一", kinds=["unheard.of"]) == []


def test_limits_hold_for_all_and_for_each_kind(add):
    for number in range(4):
        add("house", number, names="三一", days=number)
        add("machine.part", number + 10, names="三一", days=-1)

    assert found("三一", limit=3) == [3, 2, 1]
    assert found("三一", per_kind=1) == [3, 13]
    assert len(found("三一")) == 8


def test_only_what_may_be_seen_is_found(add):
    add(object_id=1, names="三一", scope=["o3", "u17"])
    add(object_id=2, names="三一", scope=["o4"])
    add(object_id=3, names="三一")

    assert set(found("三一", scopes=None)) == {1, 2, 3}
    assert set(found("三一", scopes=["o3"])) == {1}
    assert set(found("三一", scopes=["u17", "o4"])) == {1, 2}
    assert set(found("三一", scopes=["o33"])) == set()
    assert set(found("三一", scopes=["o"])) == set()
    assert set(found("三一", scopes=[])) == set()


def test_scopes_may_differ_from_kind_to_kind(add):
    add("house", 1, names="三一", scope=["o3"])
    add("house", 2, names="三一", scope=["o4"])
    add("machine.part", 3, names="三一", scope=["o3"])
    add("machine.part", 4, names="三一", scope=["o4"])

    assert set(found("三一", scopes={"house": ["o3"], "machine.part": None})) == {1, 3, 4}
    assert set(found("三一", scopes={"house": ["o3"]})) == {1}
    assert set(found("三一", scopes={"house": [], "machine.part": ["o4"]})) == {4}
    assert set(found("三一", scopes={})) == set()


def test_a_scope_is_not_found_by_typing_it(add):
    add(object_id=1, names="三一", scope=["o3", "u17"])

    for typed in ("o3", "u17", "=s.o3", "s.o3", "k.house", "house"):
        assert found(typed) == []


def test_a_scope_of_odd_signs_is_refused(add):
    with pytest.raises(ValueError, match="no scope"):
        add(object_id=1, names="三一", scope=["o3 u17"])


def test_writing_again_changes_the_one_entry(add):
    add(object_id=1, names="三一", scope=["o3"])
    add(object_id=1, names="中联", scope=["o4"])

    assert Entry.objects.count() == 1
    assert found("三一") == []
    assert found("中联") == [1]
    assert found("中联", scopes=["o3"]) == []
    assert found("中联", scopes=["o4"]) == [1]


def test_what_is_forgotten_is_not_found(add):
    add("house", 1, names="三一")
    add("machine.part", 1, names="三一")

    forget("house", 1)
    forget("house", 99)

    assert [hit.kind for hit in search("三一", kinds=BOTH, scopes=None)] == ["machine.part"]


def test_many_are_written_at_once_and_the_last_of_an_object_counts(db, known_kinds):
    documents = [
        Document(kind="house", object_id=n % 4500, title=f"三一 {n}", url="/", rank_at=MONDAY)
        for n in range(4600)
    ]

    assert index_many(documents) == 4600
    assert Entry.objects.count() == 4500
    assert Entry.objects.get(object_id=99).title == "三一 4599"


def test_of_one_object_twice_in_a_chunk_the_last_is_written(db, known_kinds):
    twice = [
        Document(kind="house", object_id=1, title=title, url="/", rank_at=MONDAY)
        for title in ("三一", "中联")
    ]

    assert index_many(twice) == 1
    assert found("中联") == [1]


def test_a_common_word_shows_the_latest_within_the_cap(db, known_kinds):
    documents = [
        Document(kind="house", object_id=n, title="三一", url="/", rank_at=MONDAY)
        for n in range(1, 1502)
    ]
    index_many(documents)

    assert len(found("三一", limit=50)) == 50
    assert len(matching_ids("house", "三一", 1000)) == 1000
    assert len(matching_ids("house", "三一", 20)) == 20


def test_matching_ids_filter_a_list(add):
    add("house", 1, names="三一", scope=["o3"])
    add("house", 2, names="三一", scope=["o4"])
    add("machine.part", 3, names="三一")

    assert set(matching_ids("house", "三一")) == {1, 2}
    assert set(matching_ids("house", "三一", scopes=["o3"])) == {1}
    assert set(matching_ids("house", "三一", scopes=[])) == set()
    assert set(matching_ids("house", "!")) == set()
    listed = Entry.objects.filter(kind="house", object_id__in=matching_ids("house", "三一"))
    assert listed.order_by("object_id")[:1].get().object_id == 1


def test_a_search_is_one_statement_and_a_miss_is_two(world, django_assert_num_queries):
    with django_assert_num_queries(1):
        found("星辰")
    with django_assert_num_queries(2):
        found("zzqxj")


def test_text_that_no_database_takes_is_made_fit(add):
    add(
        object_id=1, title="a\x00b\ud800c", url="/" + "x" * 500, subtitle="y" * 500, body="星\x00辰"
    )

    assert Entry.objects.get().title == "a b c"
    assert len(Entry.objects.get().subtitle) == 300


@pytest.mark.django_db(transaction=True)
def test_emptying_the_table_empties_the_index(add):
    add(names="三一")

    Entry.objects.all().delete()
    add("house", 2, names="中联")

    assert found("三一") == []
    assert found("中联") == [2]


@pytest.mark.django_db
def test_the_index_stands_beside_the_table():
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("select 1 from pg_indexes where indexname = 'search_entry_v'")
            assert cursor.fetchall() == [(1,)]
        else:
            cursor.execute(
                "select name from sqlite_master where type = 'trigger'"
                " and tbl_name = 'search_entry' order by name"
            )
            assert [name for (name,) in cursor.fetchall()] == [
                "search_entry_added",
                "search_entry_changed",
                "search_entry_removed",
            ]

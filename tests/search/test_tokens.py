"""What a text becomes in the index."""

import pytest

from crmservice.search import tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("门机故障", ["门机", "机故", "故障", "障"], id="pairs and the last"),
        pytest.param("障", ["障"], id="one character"),
        pytest.param("Atlas设备", ["atlas", "设备", "备"], id="scripts part"),
        pytest.param("Overheating!", ["overheating", "overh"], id="word and stem"),
        pytest.param("ＡＢＣ１２３", ["abc123"], id="full width"),
        pytest.param("Café", ["cafe"], id="accents"),
        pytest.param("E=mc² _x_", ["e", "mc2", "x"], id="signs part"),
        pytest.param("Привет мир", ["привет", "мир"], id="any script"),
        pytest.param("' | ! :* \" ) ( \\ \x00 \ud800", [], id="signs are nothing"),
    ],
)
def test_words(text, expected):
    assert list(tokens.words(text)) == expected


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("天津星辰电梯有限公司", "tjxc"),
        ("天津星辰电梯有限公司", "xcdt"),
        ("天津星辰电梯有限公司", "tianjinxing"),
        ("天津星辰电梯有限公司", "xingchen"),
        ("单立人", "shanliren"),
        ("单立人", "danliren"),
        ("单立人", "slr"),
        ("曾国藩", "zengguofan"),
        ("解晓东", "xiexiaodong"),
        ("仇英", "qiuying"),
        ("区文", "ouwen"),
        ("查良镛", "zhaliangyong"),
        ("翟天临", "zhaitianlin"),
        ("厦门金龙", "xiamenjinlong"),
        ("重庆长安", "chongqingchangan"),
        ("六安机械", "luan"),
        ("吕布", "lvbu"),
        ("吕布", "lubu"),
        ("西门子（中国）", "xmzzg"),
        ("Siemens西门子", "siem"),
    ],
)
def test_a_name_is_found_by_the_beginning_of_a_reading(name, typed):
    assert any(token.startswith(typed) for token in tokens.names(name))


@pytest.mark.parametrize(
    "typed", ["sfd90240100372", "0100372", "240100", "372", "9024", "sfd", "d902"]
)
def test_a_code_is_found_by_any_fragment(typed):
    assert any(token.startswith(typed) for token in tokens.codes("SFD9024-0100372"))


def test_a_code_of_n_characters_has_few_tokens():
    assert len(set(tokens.codes("SFD90240100372"))) == 1 + 12 + 1


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("siemens", "seimens"), ("schneider", "schnieder"), ("mitsubishi", "mitsubshi")],
)
def test_words_that_sound_alike_share_a_token(right, wrong):
    assert list(tokens.sounds_like(right)) == list(tokens.sounds_like(wrong)) != []


def test_tokens_have_a_longest():
    assert max(map(len, tokens.words("a" * 500))) == 40
    assert max(map(len, tokens.names("国" * 500))) <= 41
    assert max(map(len, tokens.codes("9" * 500))) <= 41


@pytest.mark.parametrize(
    "text", ["三一重工", "Łódź ＡＢＣ", "한국 がぎ", "a'b\\c:d\"e", "กิน", "☎✓🙂"]
)
def test_a_token_is_made_of_letters_and_digits_only(text):
    found = [*tokens.words(text), *tokens.names(text), *tokens.codes(text)]

    assert all(token.isalnum() for token in found)

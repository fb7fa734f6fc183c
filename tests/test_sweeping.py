from crmservice.sweeping import claim_each


def claim(row, *, at):
    if row == "bad":
        raise LookupError(at)
    return row == "won"


def test_one_bad_row_stops_no_other_and_is_logged(caplog):
    assert claim_each(["won", "bad", "lost", "won"], claim, at="noon") == 2
    assert [record.getMessage() for record in caplog.records] == ["claim of bad failed"]

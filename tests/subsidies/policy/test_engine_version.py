"""ENGINE_VERSION goes up when the evaluator's answers change, and not without."""

from dataclasses import replace

from subsidies.policy import ENGINE_VERSION

from . import engine_record
from .engine_record import OTHERWISE, answers_now, changed_answers, recorded


def test_the_evaluator_answers_as_its_version_always_did():
    """A decision replayed in years must come out as it did, or say that another engine made it."""
    record, now = recorded(), answers_now()
    changed = changed_answers(record, now)
    assert not changed, OTHERWISE.format(version=record["engine"], names=", ".join(changed))
    assert (record["engine"], record["policies"]) == (ENGINE_VERSION, now), (
        "Policies, cases or the version changed:"
        " python -m tests.subsidies.policy.engine_record writes the record anew."
    )


def test_one_fen_more_is_noticed(monkeypatch, tmp_path, capsys):
    """Nothing is written over while the version is the same; with a new one it is."""
    real = engine_record.evaluate

    def one_fen_more(*args):
        decision = real(*args)
        if decision.provision != "jinzhou-2020/refund" or not decision.amount_fen:
            return decision
        return replace(decision, amount_fen=decision.amount_fen + 1)

    monkeypatch.setattr(engine_record, "evaluate", one_fen_more)
    assert changed_answers(recorded(), answers_now()) == ["jinzhou-2020"]
    before = engine_record.RECORD.read_bytes()
    assert engine_record.main() == 1
    assert "Raise ENGINE_VERSION" in capsys.readouterr().out
    assert engine_record.RECORD.read_bytes() == before
    monkeypatch.setattr(engine_record, "RECORD", tmp_path / "record.json")
    engine_record.RECORD.write_bytes(before)
    monkeypatch.setattr(engine_record, "ENGINE_VERSION", "2")
    assert engine_record.main() == 0
    assert recorded()["engine"] == "2"

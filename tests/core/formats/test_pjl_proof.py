"""What proves PJL."""

from __future__ import annotations

import pytest

from frisket.formats.pjl_proof import INTERPRETERS, proves_pjl
from frisket.model.answers import Answers
from frisket.model.identity import Identity


@pytest.mark.parametrize("commands", ["PJL", "PCL,pjl,POSTSCRIPT", "PCL, PJL", "PJL PCL"])
def test_the_device_id_proves_it(commands: str) -> None:
    assert proves_pjl(Identity(ieee1284={"CMD": commands}), Answers()) is True


@pytest.mark.parametrize("commands", ["", "PCL", "PJLX,APJL", "PJL-2"])
def test_no_other_word_does(commands: str) -> None:
    assert proves_pjl(Identity(ieee1284={"CMD": commands}), Answers()) is None


@pytest.mark.parametrize(("family", "proof"), [(5, True), (3, False), (b"5", False)])
def test_the_interpreters_prove_it(family: int | bytes, proof: bool) -> None:
    answers = Answers.of({(*INTERPRETERS, 1, 1): 3, (*INTERPRETERS, 1, 2): family})
    answers.asked.add(INTERPRETERS)
    assert proves_pjl(Identity(), answers) is proof

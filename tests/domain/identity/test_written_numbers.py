"""Mobile numbers that are written to be overlooked are found; ordinary numerals are let through."""

from __future__ import annotations

import pytest

from domain.identity.persons import check_name, holds_mobile_number
from domain.refusals import InvalidInput


@pytest.mark.parametrize(
    "text",
    [
        "一三八零零一三八零零零",
        "加我：幺三八 零零零零 幺二三四",
        "壹叁捌〇〇〇〇壹贰叁肆",
        "一、三、八、零、零、一、三、八、零、零、零",
        "一三八，零零一三，八零零零",
        "138零零一三8000",
        "①③⑧⓪⓪⓪⓪①②③④",
        "❶❸❽⓿⓿⓿⓿❶❷❸❹",
        "⑴⑶⑻⑴⑴⑴⑴⑴⑵⑶⑷",
        "⒈⒊⒏⒈⒈⒈⒈⒈⒉⒊⒋",
        "１３８００１３８０００",
        "1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣",
    ],
)
def test_a_mobile_number_is_found_however_its_digits_are_written(text: str) -> None:
    assert holds_mobile_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "工资一万三千五百八十元，三班倒二休一，五险一金",
        "第一、第二、第三、第四、第五、第六、第七、第八、第九、第十一条",
        "一二三四五六七八九一二",
        "一三八零零一三八零零",
        "1、3、5、7、9、11、13、15号上班",
        "一楼二楼三楼四楼五楼六楼七楼八楼九楼都有岗位",
    ],
)
def test_numerals_that_are_no_mobile_number_are_let_through(text: str) -> None:
    assert not holds_mobile_number(text)


@pytest.mark.parametrize("name", ["\u3164", "\u115f\u1160", "\uffa0"])
def test_a_name_that_shows_nothing_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput):
        check_name(name)

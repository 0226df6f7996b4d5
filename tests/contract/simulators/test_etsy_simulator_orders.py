"""The simulated Etsy keeps orders as Etsy does: receipts, money, parcels with their mails, and lists that move."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.etsy import DeedRefused
from simulators.etsy.world import epoch
from tests.contract.simulators.etsy_seller import SIZE, EtsySeller, wrong


def bought(etsy: EtsySeller, sku: str = "MUG", **more: Any) -> int:
    return int(etsy.deeds.buy(sku, **more)["receiptId"])


@pytest.fixture
def etsy() -> EtsySeller:
    """With mugs on sale."""
    seller = EtsySeller()
    seller.deeds.seed_listings("anna", ["MUG", "PLATE"], quantity=20, price="12.50")
    return seller


def receipt(etsy: EtsySeller, receipt_id: int) -> dict[str, Any]:
    told: dict[str, Any] = etsy.get(f"{etsy.shop}/receipts/{receipt_id}")
    return told


def cents(money: dict[str, Any]) -> int:
    assert (money["divisor"], money["currency_code"]) == (100, "USD")
    return int(money["amount"])


def track(etsy: EtsySeller, receipt_id: int, **body: Any) -> Any:
    return etsy.call("POST", f"{etsy.shop}/receipts/{receipt_id}/tracking", json=body)


def test_a_receipt_adds_up_and_holds_its_lines(etsy: EtsySeller) -> None:
    lines = [{"sku": "MUG", "quantity": 2, "coupon": "5.00"}, {"sku": "PLATE", "personal": {"Name": "Ada"}}]
    order = etsy.deeds.checkout(
        lines, shipping="4.90", tax="2.10", gift_wrap="3.00", gift_message="For you", message="By Friday, please"
    )
    told = receipt(etsy, order["receiptId"])
    names = ("total_price", "discount_amt", "subtotal", "total_shipping_cost", "total_tax_cost", "gift_wrap_price")
    assert [cents(told[name]) for name in names] == [3750, 500, 3250, 490, 210, 300]
    assert cents(told["grandtotal"]) == 3750 - 500 + 490 + 210 + 300
    assert [(one["sku"], one["quantity"], cents(one["price"])) for one in told["transactions"]] == [
        ("MUG", 2, 1250),
        ("PLATE", 1, 1250),
    ]
    [answer] = told["transactions"][1]["variations"]
    assert (answer["formatted_name"], answer["formatted_value"], answer["value_id"]) == ("Name", "Ada", None)
    assert (told["gift_message"], told["is_gift"], told["message_from_buyer"]) == ("For you", True, "By Friday, please")
    assert (told["status"], told["is_paid"], told["country_iso"]) == ("paid", True, "US")


def test_a_sale_counts_down_and_the_last_unit_sells_the_listing_out() -> None:
    etsy = EtsySeller()
    listing = etsy.live_jumper(S=1, M=2)
    bought(etsy, "JUMPER-S")
    assert etsy.quantities(listing) == {"JUMPER-S": 0, "JUMPER-M": 2}
    assert etsy.state(listing) == "active"
    with pytest.raises(DeedRefused, match="there are 0 of JUMPER-S"):
        bought(etsy, "JUMPER-S")
    bought(etsy, "JUMPER-M", quantity=2)
    assert etsy.state(listing) == "sold_out"
    with pytest.raises(DeedRefused, match="not on sale"):
        bought(etsy, "JUMPER-M")
    assert etsy.fees() == ["listing", "renew_sold"]
    assert etsy.get(f"{etsy.shop}/receipts")["count"] == 2


def test_a_line_names_its_variation() -> None:
    etsy = EtsySeller()
    listing = etsy.live_jumper(S=1, M=2)
    [line] = receipt(etsy, bought(etsy, "JUMPER-M"))["transactions"]
    assert (line["listing_id"], line["sku"]) == (listing, "JUMPER-M")
    [chosen] = line["variations"]
    assert (chosen["property_id"], chosen["formatted_name"], chosen["formatted_value"]) == (SIZE, "Size", "M")


def test_an_unpaid_order_is_open_until_its_money_comes(etsy: EtsySeller) -> None:
    order = bought(etsy, paid=False)
    told = receipt(etsy, order)
    assert (told["status"], told["is_paid"], told["transactions"][0]["paid_timestamp"]) == ("open", False, None)
    assert etsy.get(f"{etsy.shop}/receipts/{order}/payments") == {"count": 0, "results": []}
    etsy.deeds.pay_order(order)
    assert receipt(etsy, order)["status"] == "paid"
    assert receipt(etsy, bought(etsy, paid=False, processing=True))["status"] == "payment processing"


def test_money_that_is_given_back_shows_in_receipt_and_payment(etsy: EtsySeller) -> None:
    order = bought(etsy)
    etsy.deeds.refund_order(order, part="5.00", note="scratched")
    told = receipt(etsy, order)
    assert told["status"] == "partially refunded"
    assert [(cents(one["amount"]), one["note_from_issuer"]) for one in told["refunds"]] == [(500, "scratched")]
    [payment] = etsy.get(f"{etsy.shop}/receipts/{order}/payments")["results"]
    assert (cents(payment["amount_gross"]), cents(payment["adjusted_gross"])) == (1740, 1240)
    with pytest.raises(DeedRefused):
        etsy.deeds.refund_order(order, part="12.41")
    etsy.deeds.refund_order(order)
    assert receipt(etsy, order)["status"] == "fully refunded"
    assert etsy.get(f"{etsy.shop}/payments", payment_ids=payment["payment_id"])["count"] == 1


def test_a_cancelled_order_gives_the_money_back_and_perhaps_the_stock(etsy: EtsySeller) -> None:
    first, second = bought(etsy, quantity=3), bought(etsy, quantity=3)
    etsy.deeds.cancel_order(first)
    assert (receipt(etsy, first)["status"], len(receipt(etsy, first)["refunds"])) == ("canceled", 1)
    assert etsy.deeds.buy("MUG")["left"] == 13
    etsy.deeds.cancel_order(second, restock=True)
    assert etsy.deeds.buy("MUG")["left"] == 15
    assert etsy.get(f"{etsy.shop}/receipts", was_canceled="true")["count"] == 2


def test_addresses_of_mail_and_of_places_may_be_kept_back(etsy: EtsySeller) -> None:
    order = bought(etsy, address=False)
    told = receipt(etsy, order)
    hidden = ("first_line", "second_line", "city", "state", "zip", "country_iso", "formatted_address", "buyer_email")
    assert {told[name] for name in hidden} == {None}
    etsy.deeds.show_buyers()
    assert receipt(etsy, order)["buyer_email"] == "bo@buyers.example"


# ---- lists ----


def test_receipts_are_told_by_their_last_change_with_both_ends(etsy: EtsySeller) -> None:
    orders = []
    for _ in range(3):
        orders.append(bought(etsy))
        etsy.clock.advance(10)
    since = epoch(etsy.clock.now())
    etsy.deeds.ship_order(orders[0], tracking="A1")
    etsy.clock.advance(10)
    etsy.deeds.touch_order(orders[1])
    until = epoch(etsy.clock.now())

    def ids(**query: Any) -> list[int]:
        return [one["receipt_id"] for one in etsy.get(f"{etsy.shop}/receipts", sort_on="updated", **query)["results"]]

    assert ids(sort_order="asc") == [orders[2], orders[0], orders[1]]
    assert ids(min_last_modified=since) == [orders[1], orders[0]]
    assert ids(min_last_modified=since + 1) == [orders[1]]
    assert ids(min_last_modified=since, max_last_modified=until - 1) == [orders[0]]
    assert ids(was_shipped="true") == [orders[0]]
    assert ids(was_paid="false") == []


def test_a_list_moves_while_somebody_pages_through_it(etsy: EtsySeller) -> None:
    orders = []
    for _ in range(4):
        orders.append(bought(etsy))
        etsy.clock.advance(1)
    query = {"sort_on": "updated", "sort_order": "asc", "limit": 2}
    first = [one["receipt_id"] for one in etsy.get(f"{etsy.shop}/receipts", **query)["results"]]
    etsy.deeds.touch_order(orders[0])
    second = [one["receipt_id"] for one in etsy.get(f"{etsy.shop}/receipts", offset=2, **query)["results"]]
    assert (first, second) == (orders[:2], [orders[3], orders[0]])  # the third is in neither


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "101"},
        {"limit": "0"},
        {"offset": "-1"},
        {"sort_on": "total"},
        {"sort_order": "random"},
        {"min_last_modified": "5"},
        {"min_last_modified": "yesterday"},
        {"was_paid": "maybe"},
    ],
)
def test_a_list_is_asked_for_in_etsy_s_words_or_refused(etsy: EtsySeller, query: dict[str, str]) -> None:
    bought(etsy)
    assert etsy.call("GET", f"{etsy.shop}/receipts", params=query).status_code == 400


def test_another_shop_s_receipt_is_not_found(etsy: EtsySeller) -> None:
    order = bought(etsy)
    berta = etsy.deeds.add_seller("berta")
    hers = etsy.ask_token(grant_type="refresh_token", refresh_token=berta["refreshToken"]).json()["access_token"]
    assert etsy.call("GET", f"{etsy.shop}/receipts/{order}", token=hers).status_code == 403
    assert etsy.call("GET", f"shops/{berta['shopId']}/receipts/{order}", token=hers).status_code == 404
    assert etsy.call("GET", f"{etsy.shop}/receipts/1").status_code == 404
    assert etsy.call("GET", f"{etsy.shop}/receipts/a").status_code == 400


# ---- parcels ----


def test_a_parcel_is_kept_and_its_buyer_reads_of_it(etsy: EtsySeller) -> None:
    order = bought(etsy)
    answer = track(etsy, order, tracking_code="1Z999", carrier_name="UPS", note_to_buyer="Thanks", send_bcc=False)
    [parcel] = answer.json()["shipments"]
    assert (parcel["tracking_code"], parcel["carrier_name"]) == ("1Z999", "UPS")
    assert (answer.json()["status"], answer.json()["is_shipped"]) == ("completed", True)
    assert [(one.tracking, one.note) for one in etsy.simulator.world.receipts[order].mails] == [("1Z999", "Thanks")]


def test_the_same_parcel_told_twice_is_two_parcels_and_two_mails(etsy: EtsySeller) -> None:
    order = bought(etsy)
    for _ in range(2):
        assert track(etsy, order, tracking_code="1Z999", carrier_name="UPS").status_code == 200
    assert len(receipt(etsy, order)["shipments"]) == 2
    assert len(etsy.simulator.world.receipts[order].mails) == 2


@pytest.mark.parametrize(
    ("country", "price", "refused"),
    [("US", "20.00", True), ("US", "3.00", False), ("IN", "3.00", True), ("DE", "20.00", False)],
)
def test_a_number_is_required_in_the_united_states_above_ten_dollars_and_to_india(
    etsy: EtsySeller, country: str, price: str, refused: bool
) -> None:
    order = bought(etsy, price=price, buyer={"country_iso": country})
    answer = track(etsy, order)
    if refused:
        assert wrong(answer) == "A tracking number is required"
    assert receipt(etsy, order)["is_shipped"] == (not refused)
    assert len(etsy.simulator.world.receipts[order].mails) == (0 if refused else 1)


def test_a_carrier_that_etsy_does_not_know_loses_the_number_without_a_word(etsy: EtsySeller) -> None:
    order = bought(etsy)
    answer = track(etsy, order, tracking_code="X1", carrier_name="Pigeon Post")
    assert (answer.status_code, answer.json()["is_shipped"], answer.json()["shipments"]) == (200, True, [])
    other = bought(etsy)
    assert track(etsy, other, tracking_code="X1", carrier_name="other").json()["shipments"][0]["tracking_code"] == "X1"


@pytest.mark.parametrize("body", [{"tracking_code": "A1"}, {"carrier_name": "UPS"}, {"tracking_code": 5}])
def test_half_a_parcel_is_refused_and_nobody_is_written_to(etsy: EtsySeller, body: dict[str, Any]) -> None:
    order = bought(etsy)
    assert track(etsy, order, **body).status_code == 400
    assert (receipt(etsy, order)["is_shipped"], etsy.simulator.world.receipts[order].mails) == (False, [])


def test_neither_an_unpaid_nor_a_cancelled_order_is_shipped(etsy: EtsySeller) -> None:
    unpaid, gone = bought(etsy, paid=False), bought(etsy)
    etsy.deeds.cancel_order(gone)
    for order in (unpaid, gone):
        assert track(etsy, order, tracking_code="A1", carrier_name="UPS").status_code == 409
        assert etsy.simulator.world.receipts[order].mails == []


def test_a_parcel_is_told_as_json(etsy: EtsySeller) -> None:
    order = bought(etsy)
    path = f"{etsy.shop}/receipts/{order}/tracking"
    assert etsy.call("POST", path, data={"tracking_code": "A1", "carrier_name": "UPS"}).status_code == 400
    assert receipt(etsy, order)["shipments"] == []


def test_an_order_is_marked_without_a_mail(etsy: EtsySeller) -> None:
    order = bought(etsy)
    assert etsy.call("PUT", f"{etsy.shop}/receipts/{order}", data={"was_shipped": "true"}).json()["is_shipped"]
    assert etsy.simulator.world.receipts[order].mails == []
    etsy.deeds.deliver_order(order)
    assert etsy.get(f"{etsy.shop}/receipts", was_delivered="true")["count"] == 1


def test_transactions_are_told_by_receipt_shop_and_listing(etsy: EtsySeller) -> None:
    order = bought(etsy)
    [line] = receipt(etsy, order)["transactions"]
    for path in (f"receipts/{order}/transactions", "transactions", f"listings/{line['listing_id']}/transactions"):
        assert [one["transaction_id"] for one in etsy.get(f"{etsy.shop}/{path}")["results"]] == [line["transaction_id"]]
    assert etsy.get(f"{etsy.shop}/transactions/{line['transaction_id']}") == line


def test_fees_stand_in_the_ledger(etsy: EtsySeller) -> None:
    etsy.live()
    now = epoch(etsy.clock.now())
    path = f"{etsy.shop}/payment-account/ledger-entries"
    [entry] = etsy.get(path, min_created=now - 10, max_created=now)["results"]
    assert (entry["amount"], entry["balance"], entry["description"]) == (-20, -20, "listing")
    assert etsy.call("GET", path).status_code == 400


def test_what_people_write_comes_with_entities_of_html(etsy: EtsySeller) -> None:
    buyer = {"name": 'Pat "Paddy" O\'Brien', "first_line": "13 O'Connell Street", "city": "Brú & Co"}
    told = receipt(etsy, bought(etsy, buyer=buyer, message="<soon>", personal={"Name": "O'B"}))
    assert [told[name] for name in ("name", "first_line", "city", "message_from_buyer")] == [
        "Pat &quot;Paddy&quot; O&#39;Brien",
        "13 O&#39;Connell Street",
        "Brú &amp; Co",
        "&lt;soon&gt;",
    ]
    assert told["transactions"][0]["variations"][0]["formatted_value"] == "O&#39;B"


def test_a_buyer_who_asks_for_nothing_personal_is_told_so() -> None:
    etsy = EtsySeller()
    listing = etsy.live_jumper(S=5)
    question = {"question_text": "Name?", "question_type": "text_input", "required": False}
    path = f"{etsy.shop}/listings/{listing}/personalization"
    assert etsy.call("POST", path, json={"personalization_questions": [question]}).status_code == 201
    for personal, words in (({}, "Not requested on this item."), ({"Name?": "Ada"}, "Ada")):
        [line] = receipt(etsy, bought(etsy, "JUMPER-S", personal=personal))["transactions"]
        assert [(one["property_id"], one["formatted_value"]) for one in line["variations"]][1:] == [(54, words)]

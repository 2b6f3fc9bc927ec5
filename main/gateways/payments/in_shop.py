"""Payment in the shop, at the till: not offered on the site, but recorded by staff."""


class PaidInShop:
    code = "in_shop"
    label = "Paid in the shop"
    goes_back = "the way you paid it"
    is_offered = False

    def details(self, order_number: str) -> dict[str, str]:
        return {}

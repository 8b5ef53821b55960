"""Visits that nobody made: events of a made-up shop, for tests and load tests. Labels and habits are invented, so that no
figure about quality may ever come from them.

    python synthetic_visits.py [--visits 200] [--seed 1] > synthetic.ndjson
"""
import argparse, json, random

a = argparse.ArgumentParser()
a.add_argument("--visits", type=int, default=200)
a.add_argument("--seed", type=int, default=1)
a = a.parse_args()
rnd = random.Random(a.seed)
ITEMS = [(f"p{i}", rnd.choice(["shoes", "shirts", "hats", ""]), round(rnd.uniform(3, 200), 2)) for i in range(40)]
PAGES = {"home": ["/"], "list": ["/shoes", "/shirts", "/hats", "/sale"], "search": ["/search"], "cart": ["/cart"],
         "account": ["/account", "/login"], "info": ["/about", "/returns", "/shipping"], "checkout": ["/checkout"]}
rows = []
for v in range(a.visits):
    ts = 1700000000000 + rnd.randrange(300 * 86400000)
    vid = f"v{v:04d}"

    def emit(event, **more):
        global ts
        rows.append({"visit": vid, "event": event, "ts": ts, **{k: x for k, x in more.items() if x not in ("", None)}})
        ts += 0 if rnd.random() < 0.1 else int(rnd.expovariate(1 / 20000))

    if rnd.random() < 0.4:
        emit("first_visit")
    basket = []
    for _ in range(min(int(rnd.expovariate(1 / 9)) + 1, 60)):
        kind = rnd.choices(["home", "list", "search", "cart", "account", "info", "product", "none"], [2, 5, 2, 1, 1, 1, 10, 1])[0]
        if kind == "product":
            item, category, price = rnd.choice(ITEMS[:8] if rnd.random() < 0.5 else ITEMS)
            if rnd.random() < 0.05:
                category = rnd.choice(["sale", ""])
            page = "/p/" + item
            known = price if rnd.random() < 0.9 else None
            if rnd.random() < 0.5:
                emit("page_view", page=page, page_type="product")
            emit("view_item", page=page if rnd.random() < 0.95 else "", page_type="product", item=item, category=category, price=known)
            if rnd.random() < 0.2:
                emit("scroll", page=page)
            if rnd.random() < 0.2:
                emit("add_to_cart", page=page, item=item, category=category, price=known, quantity=rnd.choice([1, 2, None]))
                basket.append((item, category, price))
        elif kind == "none":
            emit("page_view")
        else:
            event = {"list": "view_item_list", "search": "search", "cart": "view_cart"}.get(kind, "page_view")
            emit(event, page=rnd.choice(PAGES[kind]), page_type=kind)
            if kind == "cart" and basket and rnd.random() < 0.3:
                item, category, price = basket.pop()
                emit("remove_from_cart", item=item, category=category, price=price, quantity=1)
        if rnd.random() < 0.01:
            ts += rnd.choice([1800_000, 1800_001, 7200_000])  # a pause
    if basket and rnd.random() < 0.5:
        emit("begin_checkout", page="/checkout", page_type="checkout")
        ts0 = ts
        for item, category, price in basket:
            ts = ts0
            emit("purchase", page="/checkout/done", page_type="checkout", item=item, category=category, price=price, quantity=1)
# Out of order and one visit among another, as logs are.
rows = [row for _, row in sorted(enumerate(rows), key=lambda r: r[0] + rnd.randrange(30))]
for row in rows:
    print(json.dumps(row, separators=(",", ":")))

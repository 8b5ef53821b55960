"""The features of engine/visit/README.md, computed a second time with pandas: each visit is taken as a whole, where pageleap
goes event by event.

    python session_features.py FORMAT EVENTS SPEC.json OUT.csv.gz [--label NAME] [--prefix 3,6,all] [--pairs]

FORMAT is eshop2008, otto or ndjson. Needs pandas; `make visits` runs it for the tables in testdata/visits.
"""
import argparse, gzip, json
from collections import Counter
import numpy as np
import pandas as pd

PAGE_EVENTS = ["page_view", "view_item_list", "view_item", "search", "view_cart", "begin_checkout", "add_shipping_info",
               "add_payment_info", "purchase"]
TEXTS = ["visit", "event", "page", "page_type", "item", "category"]


def read(fmt, path):
    if fmt == "eshop2008":
        d = pd.read_csv(path, sep=";", dtype=str)
        day = pd.to_datetime(d[["year", "month", "day"]].astype(int))
        out = pd.DataFrame({
            "visit": d["session ID"], "event": "view_item",
            "ts": (day - pd.Timestamp(0)).dt.days.astype("int64") * 86400000 + (d["order"].astype("int64") - 1) * 1000,
            "page": d["page 2 (clothing model)"], "page_type": "product", "item": d["page 2 (clothing model)"],
            "category": d["page 1 (main category)"], "price": d["price"].astype(float), "quantity": np.nan})
    elif fmt == "otto":
        rows = []
        for line in open(path):
            s = json.loads(line)
            for e in s["events"]:
                rows.append((str(s["session"]), {"clicks": "view_item", "carts": "add_to_cart", "orders": "purchase"}[e["type"]],
                             e["ts"], str(e["aid"])))
        out = pd.DataFrame(rows, columns=["visit", "event", "ts", "item"])
        out["page"] = out["page_type"] = out["category"] = ""
        out["price"] = out["quantity"] = np.nan
    else:
        out = pd.DataFrame([json.loads(line) for line in open(path)])
        for c in ("page", "page_type", "item", "category"):
            out[c] = out[c].fillna("").astype(str)
    return out


def visits(events, gap=1800_000):
    """Splits ids into visits and names them, in the order of their ids' first events."""
    for vid, g in events.groupby("visit", sort=False):
        g = g.sort_values("ts", kind="stable").reset_index(drop=True)
        part = (g.ts.diff() > gap).cumsum()
        for k, p in g.groupby(part):
            yield vid if k == 0 else f"{vid}~{k + 1}", p.reset_index(drop=True)


class Visit:
    """A visit with what all features share."""

    def __init__(self, g, spec):
        self.g, self.spec = g, spec
        self.n = len(g)
        self.ts = g.ts.to_numpy()
        is_page = g.event.isin(spec.get("page_events", PAGE_EVENTS)).to_numpy()
        self.is_click = g.event.isin(spec.get("click_events", ["view_item"])).to_numpy()
        # Which page events open a page: not the second word about the one that is open.
        opens, open_page, open_event = np.zeros(self.n, bool), None, None
        for i in np.flatnonzero(is_page):
            p, e = g.page[i], g.event[i]
            if open_page is None or p == "" or p != open_page or e == open_event:
                opens[i], open_page, open_event = True, p, e
        end = self.ts[-1] if self.n else 0

        def dwell(starts, stops):
            """From each start to the next stop, or the end."""
            stops = np.flatnonzero(stops)
            out = []
            for i in np.flatnonzero(starts):
                after = stops[stops > i]
                out.append((self.ts[after[0]] if len(after) else end) - self.ts[i])
            return np.array(out, dtype="int64")

        self.pages = g[opens].assign(dwell=dwell(opens, opens)).reset_index(drop=True)
        self.clicks = g[self.is_click].assign(dwell=dwell(self.is_click, opens | self.is_click)).reset_index(drop=True)

    def part(self, ts, name):
        if ts is None:
            return "" if name.endswith("_cat") or name == "month_name" else -1.0
        t = pd.Timestamp(int(ts) + self.spec.get("utc_offset", 0) * 60000, unit="ms")
        v = {"year": t.year, "month": t.month, "day": t.day, "weekday": t.isoweekday(), "hour": t.hour, "minute": t.minute,
             "second": t.second, "second_of_day": t.hour * 3600 + t.minute * 60 + t.second, "day_of_year": t.day_of_year,
             "weekend": int(t.isoweekday() >= 6)}
        if name in v:
            return float(v[name])
        months = self.spec.get("month_names") or ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return {"month_day_cat": f"{t.month}-{t.day}", "month_day_hour_cat": f"{t.month}-{t.day}-{t.hour}",
                "month_name": months[t.month - 1],
                "weekend_cat": (self.spec.get("flag_names") or ["FALSE", "TRUE"])[v["weekend"]]}.get(name) or str(v[name[:-4]])

    def ranking(self, column):
        """Names by clicks; of equals the one seen first."""
        c = self.clicks[self.clicks[column] != ""]
        counts = c.groupby(column, sort=False).size()
        return list(counts.sort_values(ascending=False, kind="stable").index)

    def feature(self, name, pair):
        g, pages, clicks, ts, n = self.g, self.pages, self.clicks, self.ts, self.n
        name, _, arg = name.partition(":")
        for prefix, first, last in (("start_", 0, None), ("end_", -1, None)):
            if name.startswith(prefix):
                return self.part(ts[first] if n else None, name[len(prefix):])
        nth = lambda values, k: values.iloc[k] if -len(values) <= k < len(values) else ""
        gaps = np.diff(ts)
        if name in ("events", "clicks", "pages"):
            return float(len({"events": g, "clicks": clicks, "pages": pages}[name]))
        if name == "length":
            return (ts[-1] - ts[0]) / 1000 if n else 0.0
        if name in ("unique_items", "unique_categories"):
            c = clicks["item" if name == "unique_items" else "category"]
            return float(c[c != ""].nunique())
        if name == "unique_pairs":
            c = clicks[(clicks["item"] != "") & (clicks.category != "")]
            return float(len(c[["item", "category"]].drop_duplicates()))
        if name in ("unique_pages", "revisits"):
            p = pages.page[pages.page != ""]
            return float(p.nunique() if name == "unique_pages" else p.duplicated().sum())
        if name == "mean_gap":
            return (ts[-1] - ts[0]) / 1000 / (n - 1) if n > 1 else 0.0
        if name == "max_gap":
            return gaps.max() / 1000 if n > 1 else 0.0
        if name == "recent_gap":
            k = int(arg)
            return gaps[-k] / 1000 if k <= len(gaps) else 0.0
        if name == "recent_dwell":
            k = int(arg)
            return pages.dwell.iloc[-k] / 1000 if k <= len(pages) else 0.0
        if name.startswith("price_"):
            p = clicks.price.dropna()
            if len(p) == 0:
                return 0.0
            # cumsum adds one after another, as the definition does; sum does not.
            return float({"price_mean": p.cumsum().iloc[-1] / len(p), "price_min": p.min(), "price_max": p.max(), "price_last": p.iloc[-1]}[name])
        if name in ("cart_quantity", "cart_value", "order_quantity", "order_value", "orders"):
            signs = {"purchase": 1} if name.startswith("order") else {"add_to_cart": 1, "remove_from_cart": -1}
            c = g[g.event.isin(list(signs))]
            if name == "orders":
                return float(c.ts.nunique())
            q = c.quantity.fillna(1)
            x = (q if name.endswith("quantity") else c.price.fillna(0) * q) * c.event.map(signs).astype(float)
            return float(x.cumsum().iloc[-1]) if len(x) else 0.0
        if name in ("returning_visitor", "visitor_type"):
            r = int(not (g.event == "first_visit").any())
            return float(r) if name == "returning_visitor" else (self.spec.get("visitor_names") or ["New_Visitor", "Returning_Visitor"])[r]
        if name.startswith(("event_", "page_type_", "page_")):
            what, of, column = ("event_", g, "event") if name.startswith("event_") else \
                ("page_type_", pages, "page_type") if name.startswith("page_type_") else ("page_", pages, "page")
            hit = of[of[column].isin(arg.split("|"))]
            match name[len(what):]:
                case "count": return float(len(hit))
                case "dwell": return hit.dwell.sum() / 1000
                case "share": return len(hit) / len(of) if len(of) else 0.0
                case "dwell_share": return hit.dwell.sum() / of.dwell.sum() if of.dwell.sum() else 0.0
                case "after": return (hit.ts.iloc[0] - ts[0]) / 1000 if len(hit) else -1.0
                case "since": return (ts[-1] - hit.ts.iloc[-1]) / 1000 if len(hit) else -1.0
                case "position": return float(hit.index[0] + 1) if len(hit) else 0.0
                case "back": return float(len(of) - 1 - hit.index[-1]) if len(hit) else -1.0
        if name == "transition":
            a, b = (side.split("|") for side in arg.split(">"))
            t = pages.page_type
            return float((t.isin(b) & t.shift().isin(a)).sum())
        if name in ("item_clicks", "item_dwell", "category_clicks", "category_dwell", "category_back"):
            column, what = name.split("_")
            hit = clicks[clicks[column] == arg]
            if what == "back":
                return float(len(clicks) - 1 - hit.index[-1]) if len(hit) else -1.0
            return float(len(hit)) if what == "clicks" else hit.dwell.sum() / 1000
        if name in ("top_item", "top_category"):
            r = self.ranking(name[4:])
            return r[int(arg) - 1] if int(arg) <= len(r) else ""
        if name in ("first_item", "last_item", "first_category", "last_category"):
            which, column = name.split("_")
            c = clicks[clicks[column] != ""]
            often = c[c[column].map(c[column].value_counts()) >= int(arg)][column]
            return nth(often, 0 if which == "first" else -1)
        if name.startswith(("recent_", "opening_")):
            way, column = name.split("_", 1)
            of = g if column == "event" else pages if column in ("page", "page_type") else clicks
            return nth(of[column], -int(arg) if way == "recent" else int(arg) - 1)
        if name.startswith("pair_"):
            c = clicks[clicks["item"] == pair]
            for prefix, k in (("pair_first_", 0), ("pair_last_", -1)):
                if name.startswith(prefix):
                    return self.part(c.ts.iloc[k] if len(c) else None, name[len(prefix):])
            cats = set(c.category) - {""}
            return {"pair_item": pair, "pair_clicks": float(len(c)), "pair_share": len(c) / len(clicks) if len(clicks) else 0.0,
                    "pair_span": (c.ts.iloc[-1] - c.ts.iloc[0]) / 1000 if len(c) else 0.0, "pair_dwell": c.dwell.sum() / 1000,
                    "pair_category_dwell": clicks[clicks.category.isin(cats)].dwell.sum() / 1000, "pair_categories": float(len(cats))}[name]
        raise ValueError(name)


NUMBERS = ["month", "day", "weekday", "hour", "minute", "second", "second_of_day"]
CATEGORIES = ["month_cat", "day_cat", "month_day_cat", "month_day_hour_cat", "hour_cat", "minute_cat", "weekday_cat"]


def expand(features, popular):
    """Writes groups out; each feature once, unless it is named."""
    out, have = [], set()

    def top(kind, n):
        return [name for name, _ in sorted(popular[kind].items(), key=lambda kv: (-kv[1], kv[0]))[:n]]

    def add(f):
        base, _, arg = f.partition(":")
        n = int(arg) if arg.isdigit() else 0
        for p in ("start", "end", "pair_first", "pair_last"):
            if base == p + "_time_numbers":
                return [add(f"{p}_{x}") for x in NUMBERS]
            if base == p + "_time_categories":
                return [add(f"{p}_{x}") for x in CATEGORIES]
        groups = {
            "top_items": lambda: [f"top_item:{i + 1}" for i in range(n)],
            "top_categories": lambda: [f"top_category:{i + 1}" for i in range(n)],
            "first_last_items": lambda: [f"{w}_item:{k}" for w in ("first", "last") for k in (1, 2, 6)],
            "first_last_categories": lambda: [f"{w}_category:{k}" for w in ("first", "last") for k in (1, 2, 6)],
            "popular_items": lambda: [f"item_{w}:{x}" for w in ("clicks", "dwell") for x in top("item", n)],
            "popular_categories": lambda: [f"category_{w}:{x}" for w in ("clicks", "dwell") for x in top("category", n)],
            "recent_categories": lambda: [f"category_back:{x}" for x in top("category", n)],
            "popular_events": lambda: [f"event_{w}:{x}" for w in ("count", "back") for x in top("event", n)],
            "popular_page_types": lambda: [f"page_type_{w}:{x}" for w in ("count", "dwell", "back", "position") for x in top("page_type", n)],
            "popular_pages": lambda: [f"page_{w}:{x}" for w in ("count", "dwell", "back") for x in top("page", n)],
            "popular_transitions": lambda: [f"transition:{x}" for x in top("transition", n)],
            "recsys15": lambda: ["start_time_numbers", "end_time_numbers", "start_time_categories", "end_time_categories", "length",
                                 "clicks", "unique_items", "unique_categories", "unique_pairs", "top_items:10", "top_categories:5",
                                 "first_last_items", "first_last_categories", "popular_items:100", "popular_categories:50"],
            "recsys15_pair": lambda: ["pair_item", "pair_clicks", "pair_share", "pair_first_time_numbers", "pair_last_time_numbers",
                                      "pair_first_time_categories", "pair_last_time_categories", "pair_span", "pair_dwell",
                                      "pair_category_dwell", "pair_categories"],
        }
        if base in groups:
            for x in groups[base]():
                add(x)
        elif f not in have:
            have.add(f)
            out.append((f, f))

    for f in features:
        if isinstance(f, dict):
            out.append((f["name"], f["feature"]))
        else:
            add(f)
    return out


def count_popular(all_visits):
    popular = {k: Counter() for k in ("event", "page_type", "page", "transition", "item", "category")}
    for v in all_visits:
        popular["event"].update(v.g.event)
        for c in ("page_type", "page"):
            popular[c].update(x for x in v.pages[c] if x)
        t = v.pages.page_type
        popular["transition"].update(f"{a}>{b}" for a, b in zip(t, t[1:]) if a and b)
        for c in ("item", "category"):
            popular[c].update(x for x in v.clicks[c] if x)
    return popular


def main():
    a = argparse.ArgumentParser()
    for x in ("format", "events", "spec", "out"):
        a.add_argument(x)
    a.add_argument("--label")
    a.add_argument("--prefix")
    a.add_argument("--pairs", action="store_true")
    a = a.parse_args()
    spec = json.load(open(a.spec))
    rows, whole = [], []
    for vid, g in visits(read(a.format, a.events)):
        label = None
        if a.label:
            at = np.flatnonzero(g.event == a.label)
            label = float(len(at) > 0)
            g = g[:at[0]] if len(at) else g
        if len(g):
            whole.append((vid, Visit(g, spec), label))
    columns = expand(spec["features"], count_popular(v for _, v, _ in whole))
    for vid, v, label in whole:
        sizes = [None]
        if a.prefix:
            sizes = [int(k) for k in a.prefix.split(",") if k != "all" and int(k) <= v.n]
            if "all" in a.prefix and v.n not in sizes:
                sizes.append(v.n)
        for k in sorted(sizes, key=lambda k: k or 0):
            w = v if k is None else Visit(v.g[:k].reset_index(drop=True), spec)
            items = list(dict.fromkeys(x for x in w.clicks["item"] if x)) if a.pairs else [None]
            for item in items:
                row = {"visit": vid}
                if k is not None:
                    row["prefix"] = float(k)
                if a.pairs:
                    row["item"] = item
                for name, f in columns:
                    row[name] = w.feature(f, item)
                if label is not None:
                    row["label"] = label
                rows.append(row)
    text = pd.DataFrame(rows).to_csv(index=False)
    with open(a.out, "wb") as f, gzip.GzipFile("", "wb", 9, f, 0) as z:
        z.write(text.encode())


if __name__ == "__main__":
    main()

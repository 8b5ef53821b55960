"""The frame of testdata/demo/shoppers_visit.zip: lists of events of visits that nobody made (visits/synthetic.ndjson), and the
columns of the forest behind, computed with pandas.

    python shoppers_visit.py SPEC.json EVENTS.ndjson FRAME.json COLUMNS.json
    python shoppers_visit.py FRAME.json ANSWERS.json EXPECTED.json

The second form puts the frame and what the forest answers to the columns side by side.
"""
import json, sys
import session_features as sf

def write(path, fields, rows):
    with open(path, "w") as f:
        f.write('{"schema": {"fields": %s},\n"rows": [\n%s\n]}\n' % (json.dumps(fields), ",\n".join(map(json.dumps, rows))))


if len(sys.argv) == 4:
    frame, answers = (json.load(open(p)) for p in sys.argv[1:3])
    write(sys.argv[3], frame["schema"]["fields"] + answers["schema"]["fields"], [a + b for a, b in zip(frame["rows"], answers["rows"])])
    sys.exit()

VISITS = 60
spec = json.load(open(sys.argv[1]))
fields = [(f["name"], f["feature"]) for f in spec["features"]]
lists, columns = [], []
for k, (vid, g) in enumerate(sf.visits(sf.read("ndjson", sys.argv[2]))):
    if k == VISITS:
        break
    # Every third visit says whether the visitor was there before; the others leave it to first_visit.
    returning = [None, True, False][k // 3 % 3] if k % 3 == 0 else None
    v = sf.Visit(g, spec)
    row = [v.feature(f, None) for _, f in fields]
    if returning is not None:
        row[[f for _, f in fields].index("visitor_type")] = ["New_Visitor", "Returning_Visitor"][returning]
    columns.append(row)
    if k % 5 == 0 and g.ts.is_unique:
        g = g[::-1]  # the op sorts them
    lists.append([list(g.event), [int(x) for x in g.ts], list(g.page), list(g.page_type), returning])
text = lambda name: {"name": name, "type": {"type": "list", "base": "string"}}


write(sys.argv[3], [text("event"), {"name": "ts", "type": {"type": "list", "base": "long"}}, text("page"), text("page_type"),
                    {"name": "returning", "type": "boolean"}], lists)
write(sys.argv[4], [{"name": n, "type": {"type": "basic", "base": "string" if isinstance(x, str) else "double", "isNullable": False}} for (n, _), x in zip(fields, columns[0])], columns)

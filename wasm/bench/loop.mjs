// What a web developer writes in place of a library, for one forest.

/** Reads a forest in JSON (bench forms, walk_*.json) and gives what scores a row of numbers. */
export function walk(bytes) {
  const trees = JSON.parse(new TextDecoder().decode(bytes));
  return (x) => {
    let sum = 0;
    for (let node of trees) {
      while (typeof node === 'object') node = x[node.f] <= node.t ? node.l : node.r;
      sum += node;
    }
    return sum / trees.length;
  };
}

/** The same of nodes in arrays (flat_*.bin). */
export function forest(bytes) {
  const d = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = d.getUint32(0, true);
  const trees = d.getUint32(4, true);
  const feature = new Int32Array(count);
  const value = new Float64Array(count);
  const left = new Int32Array(count);
  const right = new Int32Array(count);
  for (let i = 0, at = 8; i < count; i++, at += 24) {
    feature[i] = d.getInt32(at, true);
    value[i] = d.getFloat64(at + 8, true);
    left[i] = d.getInt32(at + 16, true);
    right[i] = d.getInt32(at + 20, true);
  }
  const roots = Int32Array.from({ length: trees }, (_, t) => d.getInt32(8 + 24 * count + 4 * t, true));
  return (x) => {
    let sum = 0;
    for (let t = 0; t < trees; t++) {
      let i = roots[t];
      let f;
      while ((f = feature[i]) >= 0) i = x[f] <= value[i] ? left[i] : right[i];
      sum += value[i];
    }
    return sum / trees;
  };
}

// Elements without markup in strings: nothing here is ever parsed as HTML.
const SVG = 'http://www.w3.org/2000/svg';

const make = (element, attributes, children) => {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false));
  return element;
};

/** An HTML element: h('a', { href: '?' }, 'Home'). Attributes that start with "on" are listeners. */
export const h = (tag, attributes, ...children) => make(document.createElement(tag), attributes, children);

/** An SVG element. */
export const s = (tag, attributes, ...children) => make(document.createElementNS(SVG, tag), attributes, children);

export const $ = (id) => document.getElementById(id);

export const percent = (p, digits = 1) => `${(p * 100).toFixed(digits)} %`;

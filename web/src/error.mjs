/** An error of pageleap: `kind` is one word for programs, `message` is for people. */
export class PageleapError extends Error {
  constructor(kind, message, options) {
    super(message, options);
    this.name = 'PageleapError';
    this.kind = kind;
  }
}

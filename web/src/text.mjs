// Text as the module has it, in UTF-8.
export const encoder = new TextEncoder();
export const decoder = new TextDecoder();

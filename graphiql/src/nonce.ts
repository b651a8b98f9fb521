/**
 * Monaco and the dialogs write <style> elements of their own and know no nonce. Handing it to each one that a script makes
 * keeps 'unsafe-inline' out of the policy for style sheets; a <style> that came in as markup still has none and is refused.
 */
import { nonce } from './config';

const create = document.createElement;

document.createElement = function (this: Document, name: string, options?: ElementCreationOptions) {
  const element = create.call(this, name, options);
  if (element instanceof HTMLStyleElement) element.nonce = nonce;
  return element;
} as typeof create;

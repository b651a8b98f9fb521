/** What the server writes into the page: where to ask, and in the demo who one may be. */

export type Kind = 'PARTNER' | 'CUSTOMER' | 'OPERATOR';

export interface Identity {
  key: string;
  name: string;
  kind: Kind;
  description: string;
  token: string;
}

interface Config {
  endpoint: string;
  version: string;
  demo: boolean;
  identities: Identity[];
}

const element = document.querySelector<HTMLScriptElement>('#copartner-config')!;

export const config: Config = JSON.parse(element.text);
export const nonce = element.nonce!;

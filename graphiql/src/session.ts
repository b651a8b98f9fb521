/**
 * Who the page asks as. It lasts as long as the browser's tab: a token is kept in sessionStorage only, and a demo identity
 * by its key, because each load of the page brings fresh demo tokens. No one is kept too, so that who was cleared stays away.
 */
import { useState } from 'react';
import { config, type Identity } from './config';

export interface Session {
  identity?: Identity;
  token: string;
}

const TOKEN = 'copartner:token';
const IDENTITY = 'copartner:identity';
const NO_ONE = '';

function restore(): Session {
  const token = sessionStorage.getItem(TOKEN);
  if (token !== null) return { token };
  const key = sessionStorage.getItem(IDENTITY) ?? config.identities[0]?.key;
  const identity = config.identities.find((one) => one.key === key);
  return identity ? be(identity) : { token: '' };
}

const be = (identity: Identity): Session => ({ identity, token: identity.token });

export function useSession() {
  const [session, setSession] = useState(restore);

  function choose(identity: Identity) {
    sessionStorage.removeItem(TOKEN);
    sessionStorage.setItem(IDENTITY, identity.key);
    setSession(be(identity));
  }

  function enter(token: string) {
    sessionStorage.setItem(IDENTITY, NO_ONE);
    if (token) sessionStorage.setItem(TOKEN, token);
    else sessionStorage.removeItem(TOKEN);
    setSession({ token });
  }

  return { session, choose, enter };
}

// A real OpenID provider (npm oidc-provider, certified by the OpenID Foundation) for the tests.
// Prints its issuer, then obeys `GET /control?…`: shift (seconds by which its clock is wrong),
// keys (own, other: another key of the same name, renamed: of another name), mood (well, broken,
// silent, huge). It signs with its own key, whichever keys it shows.
import { generateKeyPairSync } from "node:crypto";
import http from "node:http";
import { Provider } from "oidc-provider";

const orders = { shift: "0", keys: "own", mood: "well" };
const trueNow = Date.now;
Date.now = () => trueNow() + 1000 * Number(orders.shift);

const key = (kid) => ({
  ...generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }),
  kid, use: "sig", alg: "RS256",
});

const server = http.createServer((request, response) => {
  const address = new URL(request.url, "http://127.0.0.1");
  if (address.pathname === "/control") {
    Object.assign(orders, Object.fromEntries(address.searchParams));
    response.end("obeyed");
  } else if (orders.mood === "broken") {
    response.writeHead(500).end("<h1>Internal Server Error</h1>");
  } else if (orders.mood === "huge") {
    response.end(`{"issuer": "${"x".repeat(4_000_000)}"}`);
  } else if (orders.mood === "well") {
    const shown = address.pathname === "/jwks" ? orders.keys : "own";
    providers[shown].callback()(request, response);
  } // silent: it listens, and never answers
});

let providers;
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const redirects = JSON.parse(process.env.REDIRECT_URIS);
  const configuration = (kid) => ({
    clients: [{
      client_id: "kewp", client_secret: "a secret of both", redirect_uris: redirects,
      token_endpoint_auth_method: "client_secret_basic",
    }],
    jwks: { keys: [key(kid)] },
    claims: { profile: ["name"] },
    cookies: { keys: ["for tests alone"] },
    pkce: { required: () => true },
    ttl: { IdToken: 600, AccessToken: 600, AuthorizationCode: 60, Interaction: 600, Session: 600, Grant: 600 },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, name: id === "nameless" ? undefined : `Dr. ${id}` }),
    }),
  });
  providers = {
    own: new Provider(issuer, configuration("the key")),
    other: new Provider(issuer, configuration("the key")),
    renamed: new Provider(issuer, configuration("a later key")),
  };
  console.log(`issuer ${issuer}`);
});

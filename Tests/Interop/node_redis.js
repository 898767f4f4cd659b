// Two recipes for Node.js with node-redis: a blacklist of jtis, and the article's sorted set of
// tokens for each user. Signs and checks the tokens with node:crypto. Reads words and answers each
// line, as stage.py has it.
//   usage: node node_redis.js URL SECRET LIFE blacklist|whitelist
"use strict";

const { createHmac, randomUUID, timingSafeEqual } = require("node:crypto");
const { createInterface } = require("node:readline");
const { createClient } = require("redis");

const [url, secret, life, recipe] = process.argv.slice(2);
const client = createClient({ url });
const seconds = () => Math.floor(Date.now() / 1000);
const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const signature = (text) => createHmac("sha256", secret).update(text).digest();

function signed(user) {
  const times = { iat: seconds(), exp: seconds() + Number(life) };
  const claims = { data: { id: user }, jti: randomUUID(), ...times };
  const text = `${encoded({ alg: "HS256", typ: "JWT" })}.${encoded(claims)}`;
  return `${text}.${signature(text).toString("base64url")}`;
}

// The claims of a token that is signed and not expired.
function claimsOf(token) {
  const [head, body, mark] = token.split(".");
  const claims = JSON.parse(Buffer.from(body, "base64url"));
  const good = timingSafeEqual(signature(`${head}.${body}`), Buffer.from(mark, "base64url"));
  if (!good || claims.exp <= seconds()) throw new Error("invalid token");
  return claims;
}

const blacklist = {
  login: async (user) => signed(user),
  logout: async (token) => {
    const { jti, exp } = claimsOf(token);
    await client.setEx(`bl_${jti}`, exp - seconds(), "1");
    return "";
  },
  accepts: async (token) => ((await client.get(`bl_${claimsOf(token).jti}`)) ? "no" : "yes"),
};

const whitelist = {
  login: async (user) => {
    const key = `${user}-tokens`;
    for (const expired of await client.zRangeByScore(key, "-inf", Date.now())) {
      await client.zRem(key, expired);
    }
    const token = signed(user);
    await client.zAdd(key, { score: Date.now() + life * 1000, value: token });
    return token;
  },
  logout: async (token) => {
    await client.zRem(`${claimsOf(token).data.id}-tokens`, token);
    return "";
  },
  accepts: async (token) => {
    const tokens = await client.zRange(`${claimsOf(token).data.id}-tokens`, 0, -1);
    return tokens.includes(token) ? "yes" : "no";
  },
};

async function main() {
  await client.connect();
  const words = { blacklist, whitelist }[recipe];
  for await (const line of createInterface({ input: process.stdin })) {
    const [word, text] = line.split(" ");
    try {
      console.log(`ok ${await words[word](text)}`);
    } catch (error) {
      console.log(`error ${error.name} ${error.message.replaceAll("\n", " ")}`);
    }
  }
  await client.quit();
}

main();

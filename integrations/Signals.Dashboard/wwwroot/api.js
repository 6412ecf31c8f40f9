/** An answer that is not 2xx, with what it says. */
export class Refusal extends Error {
  constructor(status, message, answer) {
    super(message);
    this.status = status;
    this.answer = answer;
  }
}

function address(path, parameters) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined && value !== ""));
  const text = query.toString();
  return `api/${path}${text ? `?${text}` : ""}`;
}

async function ask(path, parameters, options) {
  let response;
  try {
    response = await fetch(address(path, parameters), { credentials: "same-origin", ...options });
  } catch {
    throw new Refusal(0, "The host does not answer.", null);
  }

  const isJson = response.headers.get("content-type")?.startsWith("application/json");
  const answer = isJson ? await response.json() : null;
  if (response.ok && answer !== null) return answer;
  throw new Refusal(response.status, answer?.error ?? `The host answered ${response.status}.`, answer);
}

export const get = (path, parameters = {}) => ask(path, parameters, {});

/** Changes need this header, which a page of another origin cannot send. */
export const post = (path, parameters = {}, body = undefined) => ask(path, parameters, {
  method: "POST",
  headers: { "X-Signals-Change": "1", "Content-Type": "application/json" },
  body,
});

export const ofStore = (store, rest) => `stores/${encodeURIComponent(store)}/${rest}`;

// "Forget me": the gateway gives up the session and starts the erasing, then this browser lets go of everything.

const ADDRESS = "/chat/session";
const OWN = "seva.";

/** What to say: the key of a text, and what is filled into it. Nothing is let go while the gateway cannot be reached. */
export async function forgetMe({ wire, talk, storage, host }) {
  let found = null;
  try {
    const answer = wire.session ? await fetch(ADDRESS, { method: "DELETE", body: JSON.stringify({ session: wire.session }), credentials: "omit" }) : null;
    if (answer && answer.status >= 500) return { key: "forget.failed" };
    if (answer && answer.status === 200) found = await answer.json();
  } catch {
    return { key: "forget.failed" };
  }
  for (const key of Object.keys(storage).filter((one) => one.startsWith(OWN))) storage.removeItem(key);
  talk.empty();
  wire.leave();
  host.tellForgotten();
  return found ? { key: "forget.done", number: found.number, day: found.due_on } : { key: "forget.empty" };
}

// What was said before the oldest message that is shown, asked for by the customer.

const ADDRESS = "/chat/earlier";

/** Takes one page more into the talk. Whether there is more still; `undefined` if it cannot be had now. */
export async function takeEarlier(wire, talk) {
  const body = JSON.stringify({ session: wire.session, before_id: talk.firstId });
  try {
    const answer = await fetch(ADDRESS, { method: "POST", body, credentials: "omit" });
    const { history, more } = await answer.json();
    for (const message of history) talk.take(message);
    return more;
  } catch {
    return undefined;
  }
}

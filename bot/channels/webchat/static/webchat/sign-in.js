// Hands the shop's signed token to the gateway, so that a customer who is signed in on the page is not asked who they are.

// Whose conversation this browser holds, as the gateway calls them; kept so that the next person gets one of their own.
const PERSON = "seva.person";
const ADDRESS = "/shop-token";

export class SignIn {
  constructor(storage) {
    this.storage = storage;
  }

  /** Empty: nobody is signed in any more. Never called: the page does not know its customers. */
  expect(token) {
    this.token = token;
  }

  /** Whether there is nothing to tell of this session: it was told, or the page knows nobody, nor did it before. */
  isTold(session) {
    if (this.token === undefined || (this.token === "" && !this.storage.getItem(PERSON))) return true;
    return this.told === `${session} ${this.token}`;
  }

  /** False if this session is somebody else's (or nobody's any more): a new one has to be begun, and told again. */
  async tell(session) {
    const [token, person] = [this.token, this.storage.getItem(PERSON)];
    const sent = token ? { session, token, person } : { session };
    let known = person;
    try {
      const answer = await fetch(ADDRESS, { method: token ? "POST" : "DELETE", body: JSON.stringify(sent), credentials: "omit" });
      // A token that does not count changes nothing; an empty name is somebody else's session.
      if (!token) known = "";
      else if (answer.ok) known = (await answer.json()).person;
      this.told = `${session} ${token}`;
    } catch {
      // Offline: said again with the next connection; until then the customer is asked like anybody.
      return true;
    }
    if (known) this.storage.setItem(PERSON, known);
    else if (known === "") this.storage.removeItem(PERSON);
    return known !== "";
  }
}

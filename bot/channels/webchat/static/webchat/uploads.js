// Sends a picture or a document, photos made small enough for a slow phone. No DOM of the chat, no words.

const ADDRESS = "/chat/files";
const SIDE_MAX = 2000;
const SMALL_BYTES = 300_000;

/** Sends one; the server's answer, or nothing if it did not come. Sent again with the same cid it is one message. */
export async function sendFile(item, { session, locale }) {
  const body = await shrink(item.file);
  const headers = { "X-Seva-Session": session, "X-Seva-Cid": item.cid, "X-Seva-Language": locale, "X-Seva-File-Name": encodeURIComponent(item.file.name || "") };
  try {
    const answer = await fetch(ADDRESS, { method: "POST", body, headers, credentials: "omit" });
    return await answer.json();
  } catch {
    return undefined;
  }
}

/** A photo of a phone as a picture that is quick to send; drawing it anew also drops where it was taken. */
async function shrink(file) {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size < SMALL_BYTES) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, SIDE_MAX / Math.max(picture.width, picture.height));
    const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return small && small.size < file.size ? small : file;
  } catch {
    return file;
  }
}

// The shop's own colour and a fixed theme, as the page's script tag asks for them. Words stay readable on any colour.

const LIGHT = { ground: "#fbf6ec", far: "#000000" };
const DARK = { ground: "#1b1916", far: "#ffffff" };
// WCAG 2.2, 1.4.3.
const CONTRAST_MIN = 4.5;

export function dress({ theme, colour }) {
  const root = document.documentElement;
  if (theme) root.dataset.theme = theme;
  if (!/^#[0-9a-f]{6}$/i.test(colour || "")) return;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => {
    const isDark = theme ? theme === "dark" : system.matches;
    for (const [name, value] of Object.entries(colours(colour, isDark ? DARK : LIGHT))) root.style.setProperty(`--${name}`, value);
  };
  system.addEventListener("change", paint);
  paint();
}

/** The colours of chat.css that follow from one. */
export function colours(colour, { ground, far }) {
  const ink = inkOn(colour);
  let accent = colour;
  for (let part = 0.1; contrast(accent, ground) < CONTRAST_MIN && part <= 1; part += 0.1) accent = mix(colour, far, part);
  const soft = mix(colour, ground, 0.86);
  return { head: colour, "on-head": ink, "head-soft": ink, own: colour, "on-own": ink, accent, "on-accent": inkOn(accent), "accent-ink": accent, "accent-soft": soft };
}

function inkOn(colour) {
  return contrast(colour, "#ffffff") >= contrast(colour, "#1b1916") ? "#ffffff" : "#1b1916";
}

function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour) {
  const [r, g, b] = parts(colour).map((one) => (one / 255 <= 0.04045 ? one / 255 / 12.92 : ((one / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function mix(a, b, part) {
  const other = parts(b);
  return `#${parts(a).map((one, place) => Math.round(one + (other[place] - one) * part).toString(16).padStart(2, "0")).join("")}`;
}

function parts(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

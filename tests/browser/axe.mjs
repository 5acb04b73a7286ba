// Violations of WCAG 2.2 A and AA, and pages that are too wide, collected until the end.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
// Light, dark, 320 pixels wide, and 400 per cent of a screen of 1280 × 1024.
const SIGHTS = [["light", 1280, 1024], ["dark", 1280, 1024], ["light", 320, 640], ["dark", 320, 256]];

/** Collects what is wrong on the pages that it is shown. */
export const examiner = () => {
  const faults = [];
  const seen = new Set();
  let looks = 0;
  const examine = async (page, name) => {
    seen.add(name);
    // Playwright runs the script outside the page's own policy.
    await page.evaluate(source);
    for (const [colorScheme, width, height] of SIGHTS) {
      looks += 1;
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height });
      const { violations } = await page.evaluate((values) => window.axe.run(document, { runOnly: { type: "tag", values } }), RULES);
      faults.push(...violations.map((v) => `${name} ${colorScheme} ${width}: ${v.id}: ${v.nodes.map((n) => n.target).slice(0, 3).join(" | ")}`));
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (over > 0) faults.push(`${name}: ${over} pixels too wide at ${width}`);
      const cut = await page.evaluate(() => [...document.querySelectorAll("button, .button, .badge, summary, label")]
        .filter((e) => e.offsetParent && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline").map((e) => e.innerText).slice(0, 3));
      if (cut.length) faults.push(`${name} ${width}: cut off: ${cut.join(" | ")}`);
    }
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 1280, height: 900 });
  };
  return { examine, faults, seen, looks: () => looks };
};

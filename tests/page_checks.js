// Looks at an opened page and answers with what is wrong, in plain words; tests/page_checks.py runs it.
// arguments: {ground: which checks, printed: whether nothing can be scrolled}, and what to call with the answer.
const wanted = arguments[0], done = arguments[arguments.length - 1];
const TEXT = 4.5, LINE = 3, ROOM = 1, MOST = 12;
const styles = new Map();
const style = element => { if (!styles.has(element)) styles.set(element, getComputedStyle(element)); return styles.get(element); };

// Colours -------------------------------------------------------------------------------------
const parsed = new Map();
const colour = text => {
  if (!parsed.has(text)) {
    const numbers = (text.match(/-?[\d.]+(?:e-?\d+)?/g) || []).map(Number);
    let value = null;
    if (/^rgba?\(/.test(text)) value = [numbers[0], numbers[1], numbers[2], numbers.length > 3 ? numbers[3] : 1];
    else if (/^color\(srgb/.test(text)) value = [...numbers.slice(0, 3).map(n => n * 255), numbers.length > 3 ? numbers[3] : 1];
    parsed.set(text, value);
  }
  return parsed.get(text);
};
const over = (top, below) => {  // both [r, g, b, alpha]; below is opaque
  const a = top[3];
  return [0, 1, 2].map(i => top[i] * a + below[i] * (1 - a)).concat(1);
};
const light = c => {
  const [r, g, b] = c.slice(0, 3).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => { const [x, y] = [light(a), light(b)]; return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05); };
const hex = c => "#" + c.slice(0, 3).map(v => Math.round(v).toString(16).padStart(2, "0")).join("");
const WHITE = [255, 255, 255, 1];
const sheet = () => {  // what lies below everything
  const dark = matchMedia("(prefers-color-scheme: dark)").matches && style(document.documentElement).colorScheme.includes("dark");
  let ground = dark ? [18, 18, 18, 1] : WHITE;
  for (const element of [document.documentElement, document.body]) {
    const own = colour(style(element).backgroundColor);
    if (own && own[3] > 0) ground = over(own, ground);
  }
  return ground;
};
const opacity = element => {
  let value = 1;
  for (let at = element; at && at.nodeType === 1; at = at.parentElement) value *= Number(style(at).opacity);
  return value;
};

// What is seen --------------------------------------------------------------------------------
const visible = element => element.checkVisibility({opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true});
const scrolls = value => value === "auto" || value === "scroll";
const cut = (a, b) => ({left: Math.max(a.left, b.left), top: Math.max(a.top, b.top), right: Math.min(a.right, b.right), bottom: Math.min(a.bottom, b.bottom)});
const boxes = new Map();
const clipBox = element => {
  if (!boxes.has(element)) {
    const box = element.getBoundingClientRect();
    boxes.set(element, element instanceof SVGElement ? {left: box.left, top: box.top, right: box.right, bottom: box.bottom}
      : {left: box.left + element.clientLeft, top: box.top + element.clientTop,
         right: box.left + element.clientLeft + element.clientWidth, bottom: box.top + element.clientTop + element.clientHeight});
  }
  return boxes.get(element);
};
const clipShape = element => {  // a rectangle named by clip-path, on the screen
  const named = /url\(["']?.*?#([^"')]+)["']?\)/.exec(style(element).clipPath);
  const shape = named && document.getElementById(named[1]);
  const box = shape && shape.querySelector("rect");
  if (!box || !element.getScreenCTM) return null;
  const [x, y, w, h] = ["x", "y", "width", "height"].map(name => box[name].baseVal.value);
  const m = element.getScreenCTM();
  return {left: m.a * x + m.e, top: m.d * y + m.f, right: m.a * (x + w) + m.e, bottom: m.d * (y + h) + m.f};
};
// The part of a box that is shown, and the first ancestor that hides some of it for good.
const chains = new Map();
const chain = element => {
  if (!chains.has(element)) {
    const list = [];
    for (let at = element; at && at !== document.body && at !== document.documentElement; at = at.parentElement) {
      const own = style(at);
      if (own.overflowX !== "visible" || own.overflowY !== "visible")
        if (!(at instanceof SVGElement) || at.tagName === "svg") list.push([at, clipBox(at), scrolls(own.overflowX), scrolls(own.overflowY)]);
      if (at instanceof SVGElement && own.clipPath !== "none") { const box = clipShape(at); if (box) list.push([at, box, false, false]); }
    }
    chains.set(element, list);
  }
  return chains.get(element);
};
const shownPart = (box, element) => {
  let hiding = null;
  for (const [at, clip, across, down] of chain(element)) {
    const sideways = box.left < clip.left - ROOM || box.right > clip.right + ROOM;
    const upright = box.top < clip.top - ROOM || box.bottom > clip.bottom + ROOM;
    if ((sideways && (!across || wanted.printed)) || (upright && (!down || wanted.printed))) hiding = hiding || at;
    box = cut(box, clip);
    if (box.right - box.left < ROOM || box.bottom - box.top < ROOM) return [null, hiding];
  }
  return [box, hiding];
};
const corners = box => [[box.left, box.top], [box.right, box.top], [box.right, box.bottom], [box.left, box.bottom]];
const around = quad => { const [xs, ys] = [quad.map(p => p[0]), quad.map(p => p[1])];
  return {left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys)}; };
const place = element => {
  const near = element.closest("[id]");
  return `<${element.tagName.toLowerCase()}${element.getAttribute("class") ? "." + element.getAttribute("class").trim().split(/\s+/).join(".") : ""}>` + (near ? ` in #${near.id}` : "");
};
const short = text => { const plain = text.trim().replace(/\s+/g, " "); return plain.length > 44 ? plain.slice(0, 40) + " ..." : plain; };

const texts = () => {
  const items = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest("script, style, template, noscript, select, svg title, svg desc, svg defs")) continue;
    if (!visible(element)) continue;
    const svg = element instanceof SVGElement;
    let quads;
    if (svg) {
      const box = element.getBBox(), m = element.getScreenCTM();
      if (!box.width || !m) continue;
      const at = (x, y) => [m.a * x + m.c * y + m.e, m.b * x + m.d * y + m.f];
      quads = [[at(box.x, box.y), at(box.x + box.width, box.y), at(box.x + box.width, box.y + box.height), at(box.x, box.y + box.height)]];
    } else {
      const range = document.createRange(); range.selectNodeContents(node);
      quads = [...range.getClientRects()].filter(box => box.width > ROOM && box.height > ROOM).map(corners);
    }
    for (const quad of quads) {
      const whole = around(quad), [part, hiding] = shownPart(whole, element);
      items.push({node, element, svg, quad, whole, part, hiding, text: short(node.data)});
    }
  }
  return items;
};

// Checks --------------------------------------------------------------------------------------
const depth = (a, b) => {  // how deep two convex shapes lie in each other: over the axes, the least
  let least = Infinity;
  for (const quad of [a, b]) for (let i = 0; i < 2; i++) {
    const [dx, dy] = [quad[i + 1][0] - quad[i][0], quad[i + 1][1] - quad[i][1]], length = Math.hypot(dx, dy);
    if (!length) return 0;
    const along = p => (p[0] * dx + p[1] * dy) / length;
    const [p, q] = [a.map(along), b.map(along)];
    least = Math.min(least, Math.min(Math.max(...p), Math.max(...q)) - Math.max(Math.min(...p), Math.min(...q)));
  }
  return least;
};
const opaque = element => { const own = colour(style(element).backgroundColor); return own && own[3] === 1; };
// Places are those of the page at its top; the browser tells what is there only within its window.
const inWindow = y => {
  if (y < scrollY || y > scrollY + innerHeight - 1) scrollTo(0, Math.max(0, y - innerHeight / 2));
  return y - scrollY;
};
const covered = (first, second, x, y) => {  // whether a ground between two texts hides the lower
  const stack = document.elementsFromPoint(x, inWindow(y));
  const [a, b] = [stack.indexOf(first.element), stack.indexOf(second.element)];
  if (a < 0 || b < 0) return false;
  const [high, low] = a < b ? [a, b] : [b, a];
  return stack.slice(0, low).some((element, at) => at >= Math.min(high, low) && !element.contains(stack[low]) && opaque(element));
};
const overlaps = items => {
  const list = items.filter(item => item.part).map(item => ({...item, shape: item.svg ? item.quad : corners(item.part)}));
  list.sort((a, b) => a.part.top - b.part.top);
  const told = [];
  list.forEach((first, at) => {
    for (let next = at + 1; next < list.length && list[next].part.top < first.part.bottom - ROOM; next++) {
      const second = list[next];
      if (second.node === first.node) continue;
      const both = cut(first.part, second.part);
      if (both.right - both.left <= ROOM || both.bottom - both.top <= ROOM) continue;
      if (depth(first.shape, second.shape) <= ROOM) continue;
      if (covered(first, second, (both.left + both.right) / 2, (both.top + both.bottom) / 2)) continue;
      told.push(`"${first.text}" and "${second.text}" overlap by ${Math.round(both.right - both.left)} x ${Math.round(both.bottom - both.top)} px ${place(first.element)}`);
    }
  });
  return told;
};
const clipped = items => {
  const told = [], wide = document.documentElement.clientWidth;
  for (const item of items) {
    if (item.hiding) told.push(`"${item.text}" is cut off by ${place(item.hiding)}`);
    else if (item.part && (item.part.left < -ROOM || item.part.right > wide + ROOM)) told.push(`"${item.text}" leaves the window ${place(item.element)}`);
    else if (item.part && item.part.top + scrollY < -ROOM) told.push(`"${item.text}" lies above the page ${place(item.element)}`);
  }
  for (const element of document.body.querySelectorAll("*")) {
    if (element instanceof SVGElement || !element.textContent.trim() || ["SCRIPT", "STYLE"].includes(element.tagName)) continue;
    const own = style(element);
    if (!["hidden", "clip"].includes(own.overflowX) || !visible(element)) continue;
    if (element.scrollWidth > element.clientWidth + ROOM) told.push(`${place(element)} hides ${element.scrollWidth - element.clientWidth} px of what is in it`);
  }
  return told;
};
const pageBox = element => { const box = element.getBoundingClientRect();
  return {left: box.left, right: box.right, top: box.top + scrollY, bottom: box.bottom + scrollY, width: box.width, height: box.height}; };
const pictures = new Map();
const pixel = async (image, x, y) => {
  if (!pictures.has(image)) {
    const made = new Image(); made.src = image.href.baseVal; await made.decode();
    const canvas = document.createElement("canvas"); canvas.width = made.naturalWidth; canvas.height = made.naturalHeight;
    const context = canvas.getContext("2d", {willReadFrequently: true}); context.drawImage(made, 0, 0);
    pictures.set(image, [context, pageBox(image), canvas.width, canvas.height]);
  }
  const [context, box, width, height] = pictures.get(image);
  const at = [Math.floor((x - box.left) / box.width * width), Math.floor((y - box.top) / box.height * height)];
  const [r, g, b, a] = context.getImageData(Math.min(Math.max(at[0], 0), width - 1), Math.min(Math.max(at[1], 0), height - 1), 1, 1).data;
  return [r, g, b, a / 255];
};
const groundOfHtml = (element, paper) => {
  const layers = [];
  for (let at = element; at && at !== document.documentElement; at = at.parentElement) {
    const own = colour(style(at).backgroundColor);
    if (own && own[3] > 0) { layers.push(own); if (own[3] === 1) break; }
  }
  return layers.reduceRight((below, top) => over(top, below), paper);
};
const maps = new Map();
const mapUnder = (element, x, y) => {  // the picture of a plot's map, which covers what is below it
  const plot = element.closest(".js-plotly-plot");
  if (!maps.has(plot)) maps.set(plot, plot ? [...plot.querySelectorAll("image")].map(image => [image, pageBox(image)]) : []);
  const under = maps.get(plot).find(([, box]) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom);
  return under && under[0];
};
const groundOfSvg = async (item, x, y, paper) => {
  const layers = [], map = mapUnder(item.element, x, y);
  if (map) return over(await pixel(map, x, y), paper);
  const inside = inWindow(y);
  for (const element of document.elementsFromPoint(x, inside)) {
    if (element === item.element || element.contains(item.element) || item.element.contains(element)) continue;
    if (!(element instanceof SVGElement)) continue;
    if (!element.isPointInFill || element.closest("text")) continue;
    const own = colour(style(element).fill);
    if (!own) continue;
    const point = new DOMPoint(x, inside).matrixTransform(element.getScreenCTM().inverse());
    if (element.isPointInFill(point)) layers.push([...own.slice(0, 3), own[3] * Number(style(element).fillOpacity) * opacity(element)]);
  }
  return layers.reduceRight((below, top) => over(top, below), groundOfHtml(item.element.closest("svg").parentElement, paper));
};
const weakTexts = async items => {
  const told = [], paper = sheet(), seen = new Set();
  const open = document.createElement("style"); open.textContent = "svg * { pointer-events: visiblePainted !important; }"; document.head.append(open);
  for (const item of items) {
    if (!item.part) continue;
    const own = style(item.element);
    const ink = colour(item.svg ? own.fill : own.color);
    if (!ink) { told.push(`"${item.text}" has no colour that can be read: ${item.svg ? own.fill : own.color}`); continue; }
    const alpha = ink[3] * opacity(item.element) * (item.svg ? Number(own.fillOpacity) : 1);
    const middle = (item.part.top + item.part.bottom) / 2, {left, right} = item.part;
    const places = item.svg ? (right - left > 40 ? [left + 2, (left + right) / 2, right - 2] : [(left + right) / 2]) : [left];
    for (const x of places) {
      const ground = item.svg ? await groundOfSvg(item, x, middle, paper) : groundOfHtml(item.element, paper);
      const ratio = contrast(over([...ink.slice(0, 3), alpha], ground), ground);
      const key = hex(ink) + alpha + hex(ground) + item.element.tagName + item.element.getAttribute("class");
      if (ratio < TEXT && !seen.has(key)) { seen.add(key); told.push(`"${item.text}" has a contrast of ${ratio.toFixed(2)}: ${hex(over([...ink.slice(0, 3), alpha], ground))} on ${hex(ground)} ${place(item.element)}`); }
    }
  }
  open.remove();
  return told;
};
// Decoration, which no rule asks to be seen: what has the role --line (grid lines), and a ring in the colour of the paper.
const weakLines = () => {
  const told = [], paper = sheet(), seen = new Set();
  const probe = document.createElement("i"); probe.style.color = "var(--line, transparent)"; document.body.append(probe);
  const decoration = getComputedStyle(probe).color; probe.remove();
  for (const element of document.querySelectorAll("svg path, svg line, svg polyline, svg polygon, svg rect, svg circle")) {
    const own = style(element);
    if (own.stroke === "none" || !(parseFloat(own.strokeWidth) > 0) || element.closest("defs, clipPath, [aria-hidden=true] > :not(*)") || !visible(element)) continue;
    const ink = colour(own.stroke);
    if (!ink || ink[3] === 0 || own.stroke === decoration) continue;
    const box = element.getBoundingClientRect();
    if (!box.width && !box.height) continue;
    if (own.fill !== "none" && contrast(ink, paper) < 1.05) continue;
    const alpha = ink[3] * Number(own.strokeOpacity) * opacity(element);
    if (!alpha) continue;
    const drawn = over([...ink.slice(0, 3), alpha], paper), ratio = contrast(drawn, paper);
    const key = hex(drawn);
    if (ratio < LINE && !seen.has(key)) { seen.add(key); told.push(`a line has a contrast of ${ratio.toFixed(2)}: ${key} on ${hex(paper)} ${place(element)}`); }
  }
  return told;
};
const sideways = () => {
  const more = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  return more > 0 ? [`the page is ${more} px wider than its window`] : [];
};
const frame = () => {
  const told = [], ids = new Map();
  document.querySelectorAll("[id]").forEach(element => ids.set(element.id, (ids.get(element.id) || 0) + 1));
  ids.forEach((count, id) => { if (count > 1) told.push(`${count} elements have the id ${id}`); });
  let last = 0;
  const heads = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")];
  for (const head of heads) {
    const level = Number(head.tagName[1]);
    if (level > last + 1) told.push(`the heading "${short(head.textContent)}" is of level ${level} after level ${last}`);
    last = level;
  }
  const firsts = heads.filter(head => head.tagName === "H1").length;
  if (firsts !== 1) told.push(`the page has ${firsts} main headings`);
  if (!document.documentElement.lang) told.push("the page names no language");
  if (!document.title.trim()) told.push("the page has no title");
  if (!document.querySelector("link[rel~=icon][href]")) told.push("the page has no icon");
  return told;
};

const unsettled = [];

(async () => {
  if (wanted.unfold) document.querySelectorAll("details").forEach(fold => { fold.open = true; });
  if (wanted.settle) {
    const frameOf = () => new Promise(next => requestAnimationFrame(() => next()));
    await frameOf(); await frameOf();
    // A change of width, of colours or of medium draws the charts again, in the width that there is.
    const root = document.documentElement, isLost = !document.getElementById("figures") || root.classList.contains("lost");
    const fits = chart => !chart.checkVisibility() || Math.abs(chart.querySelector(".main-svg").getBoundingClientRect().width - chart.clientWidth) <= ROOM;
    const settled = () => isLost || (root.dataset.drawn && [...document.querySelectorAll(".js-plotly-plot")].every(fits));
    for (let turn = 0; turn < 200 && !settled(); turn++) await new Promise(next => setTimeout(next, 20));
    if (!settled()) unsettled.push("a chart has not the width that there is for it");
    await frameOf();
  }
  scrollTo(0, 0);
  const answer = {}, has = name => wanted.checks.includes(name);
  const items = ["overlaps", "clipped", "texts"].some(has) ? texts() : [];
  if (has("overlaps")) answer.overlaps = overlaps(items);
  if (has("clipped")) answer.clipped = clipped(items);
  if (has("texts")) answer.texts = await weakTexts(items);
  if (has("lines")) answer.lines = weakLines();
  if (has("sideways")) answer.sideways = sideways();
  if (has("frame")) answer.frame = frame();
  scrollTo(0, 0);
  const told = [...unsettled];
  for (const list of Object.values(answer)) { const each = [...new Set(list)]; told.push(...each.slice(0, MOST)); if (each.length > MOST) told.push(`and ${each.length - MOST} more like the last`); }
  return {told, texts: items.filter(item => item.part).length};
})().then(done, error => done({told: [`the check itself failed: ${error && error.stack || error}`], texts: 0}));

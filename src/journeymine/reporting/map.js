// The interactive journey map: draws what map_data.py gives, and answers to slider, pointer and keyboard.
// Names come in as text and stay text; nothing is asked for from elsewhere.
const journeymineMap = (() => {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  const UNIT = 10; // lengths are in tenths of a point
  const THINNEST = 7, THICKEST = 65, FAINT = 8, HEAD = 60;
  const LINE = 82, NAME_LINE = 94; // heights of lines of text
  const LEAST_SHARE = 5; // thousandths: what is rarer is not noted beside a box
  const ROWS = 10, MATCHES = 8;
  const SCALES = { least: 0.95, most: 1.55 }; // pixels to the point, where nobody zoomed
  const UNITS = [[90, 1, "second"], [5400, 60, "minute"], [129600, 3600, "hour"], [Infinity, 86400, "day"]];

  // --- elements -----------------------------------------------------------------------------------------------------

  const build = (element, attributes, children) => {
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== false && value != null) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.filter(child => child != null));
    return element;
  };
  const html = (name, attributes = {}, ...children) => build(document.createElement(name), attributes, children);
  const svg = (name, attributes = {}, ...children) => build(document.createElementNS(SVG, name), attributes, children);
  const button = (text, act, attributes = {}) => {
    const made = html("button", { type: "button", ...attributes }, text);
    made.addEventListener("click", act);
    return made;
  };

  // Squeezes text that is wider than the room it was measured for, in whatever letters the reader has.
  const fit = (text, room) => {
    if (room > 0 && text.getComputedTextLength() > room) {
      text.setAttribute("textLength", room);
      text.setAttribute("lengthAdjust", "spacingAndGlyphs");
    }
  };

  const arrow = (x, y, along, length, thickness) => {
    const half = thickness / 2, wide = 20 + 0.62 * thickness, neck = length - 35 - 0.45 * thickness;
    const points = [[0, half], [neck, half], [neck, wide], [length, 0], [neck, -wide], [neck, -half], [0, -half]];
    return points.map(([a, b]) => (along === "right" ? [x + a, y + b] : [x + b, y + a]).join(",")).join(" ");
  };

  // --- words and numbers --------------------------------------------------------------------------------------------

  function speaker(texts, locale) {
    const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
    const tenth = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
    const say = (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
    const count = number => whole.format(number);
    const share = thousandths =>
      thousandths > 0 && thousandths < 5 ? `<${count(1)}\u00a0%` : `${count(Math.round(thousandths / 10))}\u00a0%`;
    const duration = seconds => {
      if (seconds == null) return "–";
      const [, size, unit] = UNITS.find(([limit]) => seconds < limit);
      const value = seconds / size;
      const shown = value >= 9.95 || value === Math.round(value) ? whole.format(value) : tenth.format(value);
      return say(value === 1 ? unit : `${unit}s`, { n: shown }).replace(" ", "\u00a0");
    };
    const points = thousandths => {
      const size = Math.abs(thousandths) / 10;
      const sign = thousandths < 0 ? "−" : thousandths > 0 ? "+" : "";
      return sign + (size < 10 && size > 0 ? tenth : whole).format(size);
    };
    return { say, count, share, duration, points };
  }

  // --- the map ------------------------------------------------------------------------------------------------------

  return function journeymineMap(root, data, texts, locale) {
    const { say, count, share, duration, points } = speaker(texts, locale);
    const { touchpoints, paths, levels, segments } = data;
    const slow = new Set(paths.slow);
    const most = Math.max(1, ...paths.count.slice(0, data.num_drawn));
    const mostVisits = Math.max(1, ...touchpoints.visits);
    const covered = [0]; // steps on the first paths
    for (const number of paths.count.slice(0, data.num_drawn)) covered.push(covered.at(-1) + number);
    const firstPath = new Map(); // of each touchpoint: the place in the slider's order where it appears
    for (let path = 0; path < data.num_drawn; path += 1) {
      for (const end of [paths.from[path], paths.to[path]]) if (!firstPath.has(end)) firstPath.set(end, path);
    }
    const state = { paths: data.num_start, metric: "count", pair: null, selected: null, query: "", zoom: null };
    const listeners = { select: [], paths: [] };
    const drawn = { touchpoints: new Map(), paths: new Map() };
    let level = null, walk = null;

    root.classList.add("jm-map");
    if (!touchpoints.name.length) {
      root.replaceChildren(html("p", { class: "jm-empty" }, say("empty")));
      return { select() {}, setPaths() {}, on() {} };
    }

    const tell = (event, value) => listeners[event].forEach(listener => listener(value));
    const channelClass = touchpoint =>
      touchpoints.channel[touchpoint] < 0 ? "channel-none" : `channel-${touchpoints.channel[touchpoint]}`;
    const channelName = touchpoint => data.channels[touchpoints.channel[touchpoint]];
    const role = touchpoint => ["", say("goal"), say("end")][touchpoints.role[touchpoint]];
    const visits = number => `${count(number)} ${say(number === 1 ? "visits_one" : "visits")}`;
    const startShare = touchpoint => {
      const starts = touchpoints.starts[touchpoint];
      return starts == null ? null : (1000 * starts) / Math.max(data.num_journeys, 1);
    };
    const byCount = (one, other) => paths.count[other] - paths.count[one];
    const title = path => `${touchpoints.name[paths.from[path]]} → ${touchpoints.name[paths.to[path]]}`;

    // --- what a line shows ---

    const compared = path => segments.pairs[state.pair]?.[2][path] ?? null;
    const isComparing = () => state.pair !== null;
    const difference = row => row[0] - row[1];
    const isDifferent = path => Boolean(compared(path)?.[4]);

    function value(path) {
      if (!isComparing()) return paths[state.metric][path] ?? 0;
      return isDifferent(path) ? Math.abs(difference(compared(path))) : 0;
    }

    function thickness(path, largest) {
      if (isComparing() && !isDifferent(path)) return FAINT;
      return THINNEST + (THICKEST - THINNEST) * Math.pow(value(path) / largest, 0.7);
    }

    function kind(path) {
      const back = level.back.includes(path) ? " back" : "";
      if (!isComparing()) return (slow.has(path) ? "slow" : "plain") + back;
      return (isDifferent(path) ? (difference(compared(path)) > 0 ? "more" : "less") : "alike") + back;
    }

    function label(path) {
      if (isComparing()) return isDifferent(path) ? [points(difference(compared(path)))] : [];
      if (state.metric === "median" || state.metric === "excess") return [duration(paths[state.metric][path])];
      const number = count(paths[state.metric][path]);
      return slow.has(path) ? [number, say("median", { time: duration(paths.median[path]) })] : [number];
    }

    function details(path) {
      const lines = [
        say("passes", { count: count(paths.count[path]), customers: count(paths.customers[path]) }),
        say("takes", { median: duration(paths.median[path]), p90: duration(paths.p90[path]) }),
        say("excess", { time: duration(paths.excess[path]) }),
      ];
      const row = compared(path);
      if (row) {
        const [mine, other, low, high] = row;
        const figures = { points: points(mine - other), low: points(low), high: points(high) };
        lines.unshift(say("difference", { ...figures, share: share(mine), other_share: share(other) }));
      }
      return lines;
    }

    // --- frame ---

    const slider = html("input", { type: "range", min: 1, max: data.num_drawn, value: state.paths, step: 1 });
    const covers = html("output", { class: "jm-covers" });
    const metric = html("select", {}, ...["count", "customers", "median", "excess"].map(
      name => html("option", { value: name }, say(`metric_${name}`))));
    const view = html("select", {}, html("option", { value: "" }, say("view_all")), ...segments.pairs.map(
      ([mine, other], place) => html("option", { value: place },
        say("view_difference", { segment: segments.names[mine], other: segments.names[other] }))));
    const search = html("input", { type: "search", autocomplete: "off", spellcheck: "false" });
    const found = html("ul", { class: "jm-found", hidden: true });
    const field = (key, control, ...more) => html("label", { class: "jm-field" }, html("span", {}, say(key)), control, ...more);
    const tools = html("div", { class: "jm-tools" },
      data.num_drawn > 1 ? field("paths", slider, covers) : null,
      data.num_drawn ? field("metric", metric) : null,
      segments.pairs.length ? field("view", view) : null,
      html("div", { class: "jm-search" }, field("search", search), found),
      html("div", { class: "jm-zoom" },
        button("+", () => zoom(1.25), { "aria-label": say("zoom_in"), title: say("zoom_in") }),
        button("−", () => zoom(0.8), { "aria-label": say("zoom_out"), title: say("zoom_out") }),
        button(say("fit"), () => zoom(null))));
    const lines = svg("g"), boxes = svg("g"), words = svg("g", { "aria-hidden": "true" });
    const what = `${say("map")}. ${say("keys")}`;
    const picture = svg("svg", { class: "jm-picture", role: "group", "aria-label": what }, lines, words, boxes);
    const pane = html("div", { class: "jm-pane" }, picture);
    const panel = html("div", { class: "jm-panel", role: "region", "aria-live": "polite", "aria-label": say("touchpoint") });
    const legend = html("ul", { class: "jm-legend" });
    const note = html("p", { class: "jm-note", hidden: true });
    const tip = html("div", { class: "jm-tip", role: "tooltip", hidden: true });
    root.replaceChildren(tools, note, html("div", { class: "jm-body" }, pane, panel), legend, tip);

    // --- drawing ---

    function draw() {
      level = levels.find(one => one.size >= state.paths) ?? levels.at(-1);
      const shown = [...Array(Math.min(state.paths, level.size)).keys()];
      const largest = Math.max(1, ...[...Array(data.num_drawn).keys()].map(value), isComparing() ? 100 : 0);
      resize();
      words.replaceChildren();
      drawPaths(shown, largest);
      drawTouchpoints(shown);
      drawLegend(shown);
      covers.value = say("paths_shown", {
        shown: count(shown.length), all: count(data.num_paths),
        share: share((1000 * (covered[shown.length])) / Math.max(data.num_steps, 1)),
      });
      slider.value = state.paths;
      slider.setAttribute("aria-valuetext", covers.value);
      metric.disabled = isComparing();
      note.hidden = !isComparing();
      note.textContent = isComparing() ? comparisonNote() : "";
      highlight();
    }

    function comparisonNote() {
      const [mine, other] = segments.pairs[state.pair];
      const sides = { segment: segments.names[mine], other: segments.names[other] };
      return say("difference_note", { ...sides, n: count(segments.customers[mine]), other_n: count(segments.customers[other]) });
    }

    function drawPaths(shown, largest) {
      const wanted = shown.filter(path => level.routes[path]);
      const order = wanted.sort((one, other) => rank(one) - rank(other) || value(one) - value(other));
      forget(drawn.paths, path => !order.includes(path));
      for (const path of order) {
        const group = drawn.paths.get(path) ?? newPath(path);
        const wide = thickness(path, largest), curve = level.routes[path];
        group.setAttribute("class", `jm-path ${kind(path)}`);
        group.style.setProperty("--strength", rank(path) ? 1 : 0.5 + 0.4 * Math.sqrt(value(path) / largest));
        group.replaceChildren(
          svg("path", { class: "halo", d: curve, "stroke-width": wide + 16 }),
          svg("path", { class: "line", d: curve, "stroke-width": wide }),
          svg("polygon", { class: "head", points: head(path, wide) }),
          svg("path", { class: "touch", d: curve, "stroke-width": Math.max(wide, 90) }));
        lines.append(group);
        drawLabel(path);
      }
    }

    function forget(groups, isGone) {
      for (const [key, group] of groups) {
        if (!isGone(key)) continue;
        group.remove();
        groups.delete(key);
      }
    }

    const rank = path => Number(isComparing() ? isDifferent(path) : slow.has(path));

    function newPath(path) {
      const group = svg("g");
      group.addEventListener("pointermove", event => showTip(event, [title(path), ...details(path)]));
      group.addEventListener("pointerleave", hideTip);
      drawn.paths.set(path, group);
      return group;
    }

    function head(path, wide) {
      const [x, y] = level.tips.slice(2 * path, 2 * path + 2), half = 17 + 0.62 * wide;
      const reach = level.back.includes(path) ? HEAD : -HEAD;
      return level.down
        ? `${x},${y} ${x - half},${y + reach} ${x + half},${y + reach}`
        : `${x},${y} ${x + reach},${y - half} ${x + reach},${y + half}`;
    }

    function drawLabel(path) {
      const [x, y, onLine, room] = level.labels[path], said = label(path);
      if (x === undefined) return;
      said.forEach((text, row) => {
        const place = { x, y: y + (row - (said.length - 1) / 2) * LINE };
        const look = { class: `label ${kind(path)}${onLine ? " on" : ""}`, "data-path": path };
        const line = svg("text", { ...look, ...place }, text);
        words.append(line);
        fit(line, room - 20);
      });
    }

    function drawTouchpoints(shown) {
      const linked = new Set(shown.flatMap(path => [paths.from[path], paths.to[path]]));
      const places = [];
      for (let at = 0; at < level.boxes.length; at += 7) {
        const [touchpoint, x, y, width, height, before, after] = level.boxes.slice(at, at + 7);
        const isShown = linked.has(touchpoint) || !firstPath.has(touchpoint);
        if (isShown) places.push({ touchpoint, x, y, width, height, before, after });
      }
      const [along, across] = level.down ? ["y", "x"] : ["x", "y"];
      const order = (one, other) => one[along] - other[along] || one[across] - other[across];
      const kept = new Set(places.map(place => place.touchpoint)), focused = document.activeElement;
      forget(drawn.touchpoints, touchpoint => !kept.has(touchpoint));
      places.sort(order).forEach((place, rank) => {
        const group = drawn.touchpoints.get(place.touchpoint) ?? newTouchpoint(place.touchpoint);
        group.style.setProperty("transform", `translate(${place.x}px, ${place.y}px)`);
        if (boxes.children[rank] !== group) boxes.insertBefore(group, boxes.children[rank] ?? null);
        fill(group, place, shown);
      });
      if (boxes.contains(focused)) focused.focus(); // which moving it took away
    }

    function newTouchpoint(touchpoint) {
      const group = svg("g", { class: "jm-touchpoint", tabindex: 0, role: "button", "aria-label": spoken(touchpoint) });
      group.addEventListener("click", () => select(state.selected === touchpoint ? null : touchpoint));
      group.addEventListener("keydown", event => onKey(event, touchpoint));
      group.addEventListener("pointermove", event => showTip(event, [touchpoints.name[touchpoint], facts(touchpoint)]));
      group.addEventListener("pointerleave", hideTip);
      drawn.touchpoints.set(touchpoint, group);
      return group;
    }

    const facts = touchpoint =>
      [visits(touchpoints.visits[touchpoint]), channelName(touchpoint), role(touchpoint)].filter(Boolean).join(" · ");

    function spoken(touchpoint) {
      const parts = [touchpoints.name[touchpoint], facts(touchpoint)];
      const starts = startShare(touchpoint), leaving = touchpoints.dropoff[touchpoint];
      if (starts) parts.push(say("label_start", { share: share(starts) }));
      if (leaving) parts.push(leaves(leaving));
      return parts.join(", ");
    }

    const leaves = ([, rate, low, high]) => say("label_leave", { share: share(rate), low: share(low), high: share(high) });

    function fill(group, { touchpoint, width, height, before, after }, shown) {
      const names = touchpoints.lines[touchpoint] ?? [touchpoints.name[touchpoint]];
      const left = -width / 2, bottom = height / 2, bar = width - 120, first = -(names.length - 1) * 47 - 65;
      const filled = Math.max((bar * touchpoints.visits[touchpoint]) / mostVisits, 10);
      const texts = names.map((name, row) => svg("text", { class: "name", y: first + NAME_LINE * row }, name));
      texts.push(svg("text", { class: "facts", y: first + NAME_LINE * names.length }, facts(touchpoint)));
      group.replaceChildren(
        svg("rect", { class: "box", x: left, y: -bottom, width, height, rx: 40 }),
        svg("rect", { class: "ground", x: left + 60, y: bottom - 60, width: bar, height: 26 }),
        svg("rect", { class: "volume", x: left + 60, y: bottom - 60, width: filled, height: 26 }),
        ...texts);
      texts.forEach(text => fit(text, width - 90));
      if (isComparing()) return;
      const write = level.down ? notesBeside : notesAbove;
      write(group, touchpoint, { left, bottom, width, before, after }, shown);
    }

    // --- starts, drop-offs and loops beside a box ---

    function notes(touchpoint, shown) {
      const starts = startShare(touchpoint), leaving = touchpoints.dropoff[touchpoint];
      const loop = shown.find(path => paths.from[path] === touchpoint && paths.to[path] === touchpoint);
      const size = number => 9 + 60 * Math.pow(Math.min(number / most, 1), 0.7);
      const strong = touchpoints.is_dropoff[touchpoint] ? " strong" : "";
      const start = () => ({ text: say("start", { share: share(starts) }), size: size(touchpoints.starts[touchpoint]) });
      const leave = ([lost, rate]) => ({
        text: say("leave", { share: share(rate), count: count(lost) }), size: size(lost), part: Math.min(lost / most, 1), strong,
      });
      const again = () => ({ text: label(loop)[0], size: Math.min(size(paths.count[loop]), 30) });
      return {
        start: starts >= LEAST_SHARE ? start() : null,
        leave: leaving?.[1] >= LEAST_SHARE ? leave(leaving) : null,
        loop: loop === undefined ? null : again(),
      };
    }

    function write(group, text, x, y, kind, anchor, room) {
      const made = svg("text", { class: `note ${kind}`, x, y, "text-anchor": anchor }, text);
      group.append(made);
      fit(made, room);
      return made;
    }

    function notesBeside(group, touchpoint, { left, bottom, before, after }, shown) {
      const { start, leave, loop } = notes(touchpoint, shown), right = -left, top = -bottom;
      if (start) {
        const room = before - 40, text = write(group, start.text, left - 30, top + 40, "start", "end", room);
        const length = Math.min(text.getComputedTextLength() || room, room);
        group.append(svg("polygon", { class: "stub start", points: arrow(left - length, top + 130, "right", length - 8, start.size) }));
      }
      if (loop) {
        const y = bottom - 120;
        group.append(svg("path", { class: "loop", "stroke-width": loop.size, d: `M${left} ${y}c-130 -13 -149 90 -45 90` }));
        group.append(svg("polygon", { class: "loop-head", points: `${left},${y + 90} ${left - 45},${y + 74 - loop.size / 2} ${left - 45},${y + 106 + loop.size / 2}` }));
        write(group, loop.text, left - 160, bottom - 70, "again", "end", before - 180);
      }
      if (leave) {
        const length = 140 + 60 * leave.part;
        group.append(svg("polygon", { class: `stub leave${leave.strong}`, points: arrow(right + 8, 0, "right", length - 8, leave.size) }));
        write(group, leave.text, right + length + 40, 0, `leave${leave.strong}`, "start", after - length - 40);
      }
    }

    function notesAbove(group, touchpoint, { left, bottom, width }, shown) {
      const { start, leave, loop } = notes(touchpoint, shown), right = -left, top = -bottom;
      if (start) {
        const thick = Math.min(start.size, 45);
        group.append(svg("polygon", { class: "stub start", points: arrow(left + 80, top - 130, "down", 122, thick) }));
        write(group, start.text, left + 130 + thick / 2, top - 70, "start", "start", width - 140 - (loop ? 250 : 0));
      }
      if (loop) {
        const x = right - 170;
        group.append(svg("path", { class: "loop", "stroke-width": loop.size, d: `M${x} ${top}c-13 -130 90 -149 90 -45` }));
        group.append(svg("polygon", { class: "loop-head", points: `${x + 90},${top} ${x + 74 - loop.size / 2},${top - 45} ${x + 106 + loop.size / 2},${top - 45}` }));
        write(group, loop.text, right - 125, top - 175, "again", "middle", 250);
      }
      if (leave) {
        const length = 120 + 50 * leave.part, thick = Math.min(leave.size, 45);
        group.append(svg("polygon", { class: `stub leave${leave.strong}`, points: arrow(left + 80, bottom + 8, "down", length - 8, thick) }));
        write(group, leave.text, left + 130 + thick / 2, bottom + 85, `leave${leave.strong}`, "start", width - 140);
      }
    }

    // --- legend ---

    function drawLegend(shown) {
      const there = [...drawn.touchpoints.keys()];
      const items = isComparing() ? comparisonLegend() : [["path plain", "legend_path"], ["bar", "legend_visits"]];
      if (shown.some(path => level.back.includes(path))) items.push(["path back", "back"]);
      if (!isComparing()) {
        if (shown.some(path => slow.has(path))) items.push(["path slow", "slow"]);
        if (there.some(touchpoint => startShare(touchpoint) >= LEAST_SHARE)) items.push(["stub start", "legend_start"]);
        if (there.some(touchpoint => touchpoints.dropoff[touchpoint]?.[1] >= LEAST_SHARE)) items.push(["stub leave", "legend_leave"]);
        if (there.some(touchpoint => touchpoints.is_dropoff[touchpoint])) items.push(["stub leave strong", "legend_dropoff"]);
      }
      const used = new Set(there.map(touchpoint => touchpoints.channel[touchpoint]));
      const channels = [...data.channels.keys()].filter(channel => used.has(channel));
      legend.replaceChildren(
        ...items.map(([sample, key]) => html("li", {}, html("span", { class: `jm-sample ${sample}` }), say(key))),
        ...channels.map(channel => html("li", {}, html("span", { class: `jm-sample square channel-${channel}` }), data.channels[channel])));
    }

    const comparisonLegend = () => [["path more", "more"], ["path less", "less"], ["path alike", "alike"]];

    // --- choosing ---

    function highlight() {
      const chosen = state.selected, near = new Set([chosen]);
      for (const [path, group] of drawn.paths) {
        const touches = paths.from[path] === chosen || paths.to[path] === chosen;
        if (touches) near.add(paths.from[path]).add(paths.to[path]);
        group.classList.toggle("dim", chosen !== null && !touches);
      }
      for (const text of words.children) {
        text.classList.toggle("dim", drawn.paths.get(Number(text.dataset.path)).classList.contains("dim"));
      }
      for (const [touchpoint, group] of drawn.touchpoints) {
        group.setAttribute("class", `jm-touchpoint ${channelClass(touchpoint)}`);
        group.classList.toggle("hit", state.query !== "" && matches(touchpoint));
        group.classList.toggle("chosen", chosen === touchpoint);
        group.classList.toggle("dim", chosen !== null && !near.has(touchpoint));
        group.setAttribute("aria-pressed", String(chosen === touchpoint));
      }
    }

    function select(touchpoint) {
      if (touchpoint === state.selected) return;
      state.selected = touchpoint;
      const first = firstPath.get(touchpoint);
      if (first !== undefined && first >= state.paths) setPaths(first + 1);
      else highlight();
      drawPanel();
      tell("select", touchpoint === null ? null : touchpoints.name[touchpoint]);
    }

    function drawPanel() {
      const chosen = state.selected;
      if (chosen === null) {
        panel.replaceChildren(...["choose", "keys"].map(key => html("p", { class: "jm-hint" }, say(key))));
        return;
      }
      const starts = startShare(chosen), leaving = touchpoints.dropoff[chosen];
      panel.replaceChildren(...[
        button("×", letGo, { class: "jm-close", "aria-label": say("close"), title: say("close") }),
        html("h3", {}, touchpoints.name[chosen]),
        html("p", { class: `jm-facts ${channelClass(chosen)}` }, `${facts(chosen)} · ${count(touchpoints.customers[chosen])} ${say("customers")}`),
        starts ? html("p", {}, say("label_start", { share: share(starts) })) : null,
        leaving ? html("p", {}, leaves(leaving)) : null,
        drawn.touchpoints.has(chosen) ? null : html("p", { class: "jm-hint" }, say("not_on_map")),
        neighbours("comes_from", chosen, paths.to, paths.from),
        neighbours("goes_to", chosen, paths.from, paths.to),
      ].filter(Boolean));
    }

    function letGo() {
      const chosen = state.selected;
      select(null);
      drawn.touchpoints.get(chosen)?.focus();
    }

    function neighbours(caption, chosen, mine, theirs) {
      const rows = [...paths.count.keys()].filter(path => mine[path] === chosen).sort(byCount);
      if (!rows.length) return html("p", { class: "jm-hint" }, `${say(caption)}: ${say("nowhere")}`);
      const row = path => html("tr", {},
        html("th", { scope: "row" }, nameOf(theirs[path])),
        html("td", {}, count(paths.count[path])),
        html("td", {}, share((1000 * paths.count[path]) / Math.max(touchpoints.visits[chosen], 1))),
        html("td", {}, duration(paths.median[path])));
      const heads = ["touchpoint", "times", "share", "metric_median"].map(key => html("th", { scope: "col" }, say(key)));
      const body = html("tbody", {}, ...rows.slice(0, ROWS).map(row));
      const head = html("thead", {}, html("tr", {}, ...heads));
      const more = button(say("show_more", { count: count(rows.length - ROWS) }), () => {
        body.append(...rows.slice(ROWS).map(row));
        more.remove();
      }, { class: "jm-more" });
      return html("div", {}, html("table", {}, html("caption", {}, say(caption)), head, body), rows.length > ROWS ? more : null);
    }

    const nameOf = touchpoint =>
      button(touchpoints.name[touchpoint], () => select(touchpoint), { class: channelClass(touchpoint) });

    // --- keyboard ---

    const AHEAD = { ArrowRight: 1, ArrowLeft: -1 }, ASIDE = { ArrowDown: 1, ArrowUp: -1 };

    function onKey(event, touchpoint) {
      if (event.key === "Enter" || event.key === " ") select(state.selected === touchpoint ? null : touchpoint);
      else if (event.key === "Escape") select(null);
      else if (event.key in AHEAD) follow(touchpoint, AHEAD[event.key]);
      else if (event.key in ASIDE) stepAside(touchpoint, ASIDE[event.key]);
      else return;
      event.preventDefault();
    }

    // Goes to where most go next, or came from; then up and down lead to the others.
    function follow(touchpoint, direction) {
      const [mine, theirs] = direction > 0 ? [paths.from, paths.to] : [paths.to, paths.from];
      const ways = [...drawn.paths.keys()].filter(path => mine[path] === touchpoint).sort(byCount);
      if (!ways.length) return;
      walk = { others: ways.map(path => theirs[path]), at: 0 };
      drawn.touchpoints.get(walk.others[0]).focus();
    }

    function stepAside(touchpoint, direction) {
      if (walk?.others[walk.at] !== touchpoint) walk = { others: [...drawn.touchpoints.keys()], at: 0 };
      const at = walk.others.indexOf(touchpoint) + direction;
      walk.at = (at + walk.others.length) % walk.others.length;
      drawn.touchpoints.get(walk.others[walk.at])?.focus();
    }

    // --- search ---

    const plain = text => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase(locale);
    const plainNames = touchpoints.name.map(plain);
    const matches = touchpoint => plainNames[touchpoint].includes(plain(state.query));

    function look() {
      state.query = search.value.trim();
      const all = state.query ? plainNames.map((_, touchpoint) => touchpoint).filter(matches) : [];
      const item = touchpoint => html("li", {}, button(touchpoints.name[touchpoint], () => take(touchpoint)));
      found.replaceChildren(...all.slice(0, MATCHES).map(item));
      if (state.query && !all.length) found.append(html("li", { class: "jm-hint" }, say("found_none")));
      found.hidden = !state.query;
      highlight();
      return all;
    }

    function take(touchpoint) {
      select(touchpoint);
      drawn.touchpoints.get(touchpoint)?.focus();
    }

    // --- size ---

    function resize() {
      const [left, top, width, height] = level.bounds, room = pane.clientWidth * UNIT;
      const usual = Math.min(Math.max(room / width, SCALES.least), SCALES.most);
      const whole = Math.min(room / width, (0.8 * window.innerHeight * UNIT) / height, SCALES.most);
      const scale = state.zoom === null ? usual : state.zoom.whole ? whole : usual * state.zoom.factor;
      picture.setAttribute("viewBox", `${left} ${top} ${width} ${height}`);
      picture.setAttribute("width", Math.round((scale * width) / UNIT));
      picture.setAttribute("height", Math.round((scale * height) / UNIT));
      // What is larger than usual is looked at through a window of the usual size.
      pane.style.setProperty("max-height", scale > usual ? `${Math.round((usual * height) / UNIT)}px` : "none");
    }

    function zoom(factor, x = pane.clientWidth / 2, y = pane.clientHeight / 2) {
      const before = picture.getBoundingClientRect(), across = x + pane.scrollLeft, down = y + pane.scrollTop;
      const wanted = (state.zoom?.factor ?? 1) * factor;
      state.zoom = factor === null ? { whole: true } : { factor: Math.min(Math.max(wanted, 0.3), 5) };
      resize();
      const grown = picture.getBoundingClientRect().width / (before.width || 1);
      pane.scrollTo(across * grown - x, down * grown - y);
    }

    // --- pointer ---

    function showTip(event, said) {
      tip.replaceChildren(...said.map((text, row) => html(row ? "div" : "strong", {}, text)));
      tip.hidden = false;
      const frame = root.getBoundingClientRect(), room = frame.width - tip.offsetWidth - 8;
      tip.style.setProperty("left", `${Math.max(Math.min(event.clientX - frame.left + 14, room), 0)}px`);
      tip.style.setProperty("top", `${event.clientY - frame.top + 18}px`);
    }

    function hideTip() {
      tip.hidden = true;
    }

    let held = null;
    pane.addEventListener("pointerdown", event => {
      if (event.pointerType !== "mouse" || event.button !== 0) return;
      held = { x: event.clientX + pane.scrollLeft, y: event.clientY + pane.scrollTop };
    });
    pane.addEventListener("pointermove", event => {
      if (held && event.buttons & 1) pane.scrollTo(held.x - event.clientX, held.y - event.clientY);
      else held = null;
    });
    pane.addEventListener("wheel", event => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const frame = pane.getBoundingClientRect();
      zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, event.clientX - frame.left, event.clientY - frame.top);
    }, { passive: false });

    // --- what comes in and goes out ---

    function setPaths(wanted) {
      const number = Math.min(Math.max(Math.round(wanted), Math.min(data.num_drawn, 1)), data.num_drawn);
      if (number === state.paths) return;
      state.paths = number;
      draw();
      tell("paths", number);
    }

    slider.addEventListener("input", () => setPaths(Number(slider.value)));
    metric.addEventListener("change", () => { state.metric = metric.value; draw(); });
    view.addEventListener("change", () => { state.pair = view.value === "" ? null : Number(view.value); draw(); });
    search.addEventListener("input", look);
    search.addEventListener("keydown", event => {
      if (event.key === "Escape") search.value = "";
      if (event.key === "Enter" || event.key === "Escape") {
        const [first] = look();
        if (first !== undefined) take(first);
        event.preventDefault();
      }
    });
    root.addEventListener("keydown", event => { if (event.key === "Escape") hideTip(); });
    let room = pane.clientWidth;
    new ResizeObserver(() => {
      if (pane.clientWidth === room) return;
      const wasHidden = room === 0;
      room = pane.clientWidth;
      if (wasHidden) draw(); // text has a width only now
      else resize();
    }).observe(pane);

    draw();
    drawPanel();
    const numberOf = name => touchpoints.name.indexOf(name);
    return {
      select: name => {
        if (name == null) select(null);
        else if (numberOf(name) >= 0) select(numberOf(name));
      },
      setPaths,
      on: (event, listener) => { listeners[event].push(listener); },
    };
  };
})();

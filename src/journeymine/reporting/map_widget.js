export default {
  render({ model, el }) {
    const root = document.createElement("div");
    el.classList.add("jm-widget", model.get("scope"));
    el.append(root);
    const map = journeymineMap(root, model.get("data"), model.get("texts"), model.get("locale"));
    const shown = { touchpoint: map.select, paths: map.setPaths };
    for (const [trait, show] of Object.entries(shown)) {
      show(model.get(trait));
      model.on(`change:${trait}`, () => show(model.get(trait)));
    }
    const keep = trait => value => {
      if (model.get(trait) === value) return;
      model.set(trait, value);
      model.save_changes();
    };
    map.on("select", keep("touchpoint"));
    map.on("paths", keep("paths"));
  },
};

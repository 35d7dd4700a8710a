// Saves a workspace group twice with brainstem-js, as the vendor's own front end does, and prints what the models hold after
// each save as a line of JSON.
const { JSDOM } = require("jsdom");

const url = process.env.OXGROUPS_URL;
const dom = new JSDOM("", { url: new URL(url).origin }); // same origin, as in the vendor's pages
global.window = dom.window;
global.document = dom.window.document;

const Backbone = require("backbone");
const { Model, Collection, StorageManager } = require("brainstem-js");

Backbone.$.ajaxSetup({ headers: { Authorization: "Bearer " + process.env.OXGROUPS_TOKEN } });

const Workspace = Model.extend({ paramRoot: "workspace", brainstemKey: "workspaces", urlRoot: url + "/workspaces" });
const Group = Model.extend(
  { paramRoot: "workspace_group", brainstemKey: "workspace_groups", urlRoot: url + "/workspace_groups" },
  { associations: { workspaces: ["workspaces"] } },
);
const store = StorageManager.get();
store.addCollection("workspaces", Collection.extend({ model: Workspace, url: url + "/workspaces" }));
store.addCollection("workspace_groups", Collection.extend({ model: Group, url: url + "/workspace_groups" }));

function save(group, attributes) {
  return new Promise((resolve, reject) => {
    group.save(attributes, {
      include: ["workspaces"],
      success: resolve,
      error: (_, xhr) => reject(new Error(`${xhr.status} ${xhr.responseText}`)),
    });
  });
}

function print(group) {
  console.log(JSON.stringify({
    attributes: group.attributes,
    titles: group.get("workspaces").map((w) => w.get("title")),
  }));
}

async function main() {
  const group = new Group({ id: "7" });
  await save(group, { name: "Acme", notes: null, add_workspace_ids: [12] });
  print(group);
  await save(group, { name: "Acme Rockets" });
  print(group);
  dom.window.close();
}

main().catch((err) => {
  console.error(err);
  process.exitCode = 1;
});

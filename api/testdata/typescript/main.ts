// Updates a workspace group with two clients that were generated from openapi.yaml, and prints what each of them got as a line of
// JSON: the status and the fields of the group that were asked for.
import createFetchClient from "openapi-fetch";
import type { paths } from "./gen/openapi-typescript";
import { createClient } from "./gen/hey-api/client";
import { updateWorkspaceGroup } from "./gen/hey-api/sdk.gen";

const baseUrl = process.env["OXGROUPS_URL"] ?? "";
const token = process.env["OXGROUPS_TOKEN"] ?? "";

function print(client: string, status: number | undefined, name?: string, notes?: string | null, titles?: string[], refused?: string[]) {
  console.log(JSON.stringify({ client, status, name, notes, titles, refused }));
}

async function openapiFetch() {
  const client = createFetchClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });
  for (const notes of ["by openapi-fetch", null]) {
    const { data, error, response } = await client.PUT("/workspace_groups/{id}", {
      params: { path: { id: 7 }, query: { include: "workspaces,external_references" } },
      body: { workspace_group: { name: "Acme", notes, add_workspace_ids: [12] } },
    });
    const group = data?.workspace_groups["7"];
    const titles = group?.workspace_ids?.map((id) => data?.workspaces?.[id]?.title ?? "");
    print("openapi-fetch", response.status, group?.name, group?.notes, titles, error?.errors.map((e) => e.message));
  }
  const { error, response } = await client.PUT("/workspace_groups/{id}", {
    params: { path: { id: 8 } },
    body: { workspace_group: { name: "Acme" } },
  });
  print("openapi-fetch", response.status, undefined, undefined, undefined, error?.errors.map((e) => e.message));
}

async function heyAPI() {
  const client = createClient({ baseUrl, auth: token });
  for (const notes of ["by hey-api", null]) {
    const { data, error, response } = await updateWorkspaceGroup({
      client,
      path: { id: 7 },
      query: { include: "workspaces,external_references" },
      body: { workspace_group: { name: "Acme", notes, remove_workspace_ids: [12] } },
    });
    const group = data?.workspace_groups["7"];
    const titles = group?.workspace_ids?.map((id) => data?.workspaces?.[id]?.title ?? "");
    print("hey-api", response?.status, group?.name, group?.notes, titles, error?.errors.map((e) => e.message));
  }
  const { error, response } = await updateWorkspaceGroup({
    client,
    path: { id: 8 },
    body: { workspace_group: { name: "Acme" } },
  });
  print("hey-api", response?.status, undefined, undefined, undefined, error?.errors.map((e) => e.message));
}

openapiFetch()
  .then(heyAPI)
  .catch((err: unknown) => {
    console.error(err);
    process.exitCode = 1;
  });

// Driver of PouchDB for `bench sync`: `server FOLDER` says `ready PORT`; `client FOLDER URL` obeys JSON lines.
const fs = require("fs");
const readline = require("readline");
const PouchDB = require("pouchdb");

const [deed, folder, url] = process.argv.slice(2);
fs.mkdirSync(folder, { recursive: true });
const Here = PouchDB.defaults({ prefix: folder + "/" });

function serve() {
  const app = require("express")();
  const options = { mode: "minimumForPouchDB", overrideMode: { exclude: [] }, inMemoryConfig: true, logPath: folder + "/log" };
  app.use("/", require("express-pouchdb")(Here, options));
  const server = app.listen(0, "127.0.0.1", () => console.log(`ready ${server.address().port}`));
}

async function obey() {
  const local = new Here("enrolments");
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const asked = JSON.parse(line);
    const began = process.hrtime.bigint();
    if (asked.keep) {
      const lines = fs.readFileSync(asked.keep, "utf8").split("\n").filter(Boolean);
      await local.bulkDocs(lines.map((text) => ({ _id: JSON.parse(text).code, ...JSON.parse(text) })));
    } else {
      const done = await local.replicate.to(`${url}/enrolments`);
      if (!done.ok) throw new Error("not replicated");
    }
    console.log(JSON.stringify({ s: Number(process.hrtime.bigint() - began) / 1e9 }));
  }
  process.exit(0);
}

if (deed === "server") serve();
else obey();

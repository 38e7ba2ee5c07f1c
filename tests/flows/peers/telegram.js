// telegram-test-api on a port: `node telegram.js FOLDER PORT`, FOLDER holding the package.
const { createRequire } = require("node:module");

const [folder, port] = process.argv.slice(2);
const TelegramServer = createRequire(`${folder}/`)("telegram-test-api");
new TelegramServer({ port: Number(port), host: "127.0.0.1", storeTimeout: 600 }).start();

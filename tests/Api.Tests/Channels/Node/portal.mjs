// Follows one device over /hubs/portal and prints every message as a line of JSON: node portal.mjs URL DEVICE, with the token in GATEWAY_TOKEN.
import { HubConnectionBuilder, LogLevel } from "@microsoft/signalr";

const [url, deviceId] = process.argv.slice(2);
const print = (type, data) => console.log(JSON.stringify({ type, data }));

const connection = new HubConnectionBuilder()
  .withUrl(url, { accessTokenFactory: () => process.env.GATEWAY_TOKEN })
  .configureLogging(LogLevel.Error)
  .build();

for (const type of ["subscribed", "unsubscribed", "device_status", "command_update", "session_update", "output", "reconnect", "closing"]) {
  connection.on(type, (data) => print(type, data));
}

connection.onclose(() => print("closed", {}));
await connection.start();
await connection.invoke("Subscribe", "nobody").catch((error) => print("refused", { message: error.message }));
print("answer", await connection.invoke("Subscribe", deviceId));

// Reads a JSON list of Kubernetes objects from standard input and writes a line for each that its schema refuses: a required member that is
// missing, a value of another type or outside of its list. Members that nobody knows are not told: the typed reading in C# refuses those.
// Schemas that the library does not have, such as Dapr's, are passed over.
import { text } from 'node:stream/consumers';

let checked = 0;
for (const object of JSON.parse(await text(process.stdin))) {
  if (object.apiVersion.startsWith('dapr.io/')) continue;
  const { [object.kind]: Model } = await import(`kubernetes-models/${object.apiVersion}/${object.kind}`);
  try {
    new Model(object).validate();
    checked++;
  } catch (refusal) {
    console.log(`${object.kind} ${object.metadata?.name}: ${refusal.message}`);
  }
}

console.error(`${checked} checked`);

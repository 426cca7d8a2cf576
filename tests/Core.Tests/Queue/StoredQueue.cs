using System.Text.Json;
using Gateway.Core.Queue;

namespace Gateway.Core.Tests.Queue;

/// <summary>What goes wrong around a commit.</summary>
internal enum Fault
{
    None,

    /// <summary>Another replica was faster: applied to an older head, its documents written, thrown away, applied again.</summary>
    LostRace,

    /// <summary>The process died when its documents were written and the head was not; the caller tries again.</summary>
    CrashBeforeHead,

    /// <summary>The process died when the head was saved and the deletes were not done.</summary>
    CrashAfterHead,
}

/// <summary>
/// One device's queue in an in-memory store, with the part of the Queue layer played: documents before the head, deletes after it,
/// needs served, everything through JSON. Audited, it holds the rules of storage at every commit, at a cost that grows with depth.
/// </summary>
internal sealed class StoredQueue(QueueLimits limits, bool audited = true)
{
    private readonly HashSet<string> everWritten = [];
    private readonly List<string> formerHeads = [];
    private readonly Dictionary<string, QueueDocument> read = [];
    private string json = JsonSerializer.Serialize(QueueHead.Empty, QueueJson.Default.QueueHead);
    private int attempts;

    public QueueLimits Limits { get; } = limits;

    public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public long NowMs => Now.ToUnixTimeMilliseconds();

    /// <summary>The documents of the store, as JSON by name.</summary>
    public Dictionary<string, string> Documents { get; private init; } = [];

    /// <summary>Documents that a fault left behind: nobody names them any more.</summary>
    public HashSet<string> Garbage { get; private init; } = [];

    /// <summary>Replicas that are known to be dead.</summary>
    public HashSet<ReplicaBoot> Gone { get; private init; } = [];

    public FoldedHistory History { get; private init; } = new();

    /// <summary>The head as it was read back from its JSON.</summary>
    public QueueHead Head { get; private set; } = QueueHead.Empty;

    public int HeadBytes => json.Length;

    /// <summary>What the last commit cost.</summary>
    public Cost LastCost { get; private set; } = new(0, 0, 0, 0);

    /// <summary>Whether the last commit woke the waiting polls.</summary>
    public bool LastWakes { get; private set; }

    /// <summary>What the last commit did beside saving the head.</summary>
    public QueueEffects LastEffects { get; private set; } = new();

    /// <summary>The events that the last commit told of.</summary>
    public IReadOnlyList<QueueEvent> LastNews { get; private set; } = [];

    /// <summary>Told what every commit cost.</summary>
    public Action<Cost>? Committed { get; set; }

    public TOutcome Do<TOutcome>(QueueOperation<TOutcome> operation)
        where TOutcome : class => (TOutcome)Commit([operation])[0];

    public IReadOnlyList<object> Commit(IReadOnlyList<QueueOperation> operations, Fault fault = Fault.None)
    {
        if (fault == Fault.LostRace && formerHeads.Count > 0) CommitOnAnOlderHead(operations);
        if (fault == Fault.CrashBeforeHead) WriteAll(Serve(Head, operations)!.Effects, lost: true);

        var before = Head;
        var step = Serve(before, operations) ?? throw new InvalidOperationException("A document that the head names is not in the store.");
        LastWakes = step.Effects.Wakes;
        LastEffects = step.Effects;
        LastNews = step.News;
        Committed?.Invoke(LastCost);
        if (!step.Changed)
        {
            Assert.Empty(step.Effects.Writes);
            Assert.Empty(step.Effects.Deletes);
            Assert.Same(before, step.Head);
            return step.Outcomes;
        }

        WriteAll(step.Effects, lost: false);
        formerHeads.Add(json);
        if (formerHeads.Count > 4) formerHeads.RemoveAt(0);
        Save(step.Head);
        Assert.Equal(json, JsonSerializer.Serialize(Head, QueueJson.Default.QueueHead));
        Delete(step.Effects, before, lost: fault == Fault.CrashAfterHead);
        return step.Outcomes;
    }

    /// <summary>Writes the oldest <paramref name="count"/> events of the head to history; later ones stay.</summary>
    public void Flush(int count = int.MaxValue) =>
        History.Write([.. Head.Events.Take(count).Select(e => LogicalQueue.Inline(e, Read))]);

    /// <summary>The queue with every document read.</summary>
    public LogicalQueue Resolve() => LogicalQueue.Of(Head, Read);

    /// <summary>A document's content; fails when it is not there.</summary>
    public QueueDocument Read(string name) =>
        Find(name) ?? throw new InvalidOperationException($"Document {name} is not in the store.");

    /// <summary>Changes a document or the head behind the queue's back.</summary>
    public void Tamper(string name, QueueDocument document)
    {
        Documents[name] = JsonSerializer.Serialize(document, QueueJson.Default.QueueDocument);
        read.Remove(name);
    }

    public void Tamper(QueueHead head) => Save(head);

    /// <summary>A copy that goes its own way; history is shared and must not be written.</summary>
    public StoredQueue Fork() => new(Limits)
    {
        Garbage = [.. Garbage],
        Gone = Gone,
        Now = Now,
        Documents = new Dictionary<string, string>(Documents),
        History = History,
        attempts = attempts + 1_000_000,
        json = json,
        Head = Head,
    };

    private void Save(QueueHead head)
    {
        json = JsonSerializer.Serialize(head, QueueJson.Default.QueueHead);
        Head = JsonSerializer.Deserialize(json, QueueJson.Default.QueueHead)!;
    }

    private void CommitOnAnOlderHead(IReadOnlyList<QueueOperation> operations)
    {
        var older = JsonSerializer.Deserialize(formerHeads[attempts % formerHeads.Count], QueueJson.Default.QueueHead)!;
        if (Serve(older, operations) is { } step) WriteAll(step.Effects, lost: true);
    }

    /// <summary>Applies and reads what is needed until it is decided; null: a named document is gone, the head is an old one.</summary>
    private QueueStep? Serve(QueueHead head, IReadOnlyList<QueueOperation> operations)
    {
        var facts = new QueueFacts();
        var (commit, pushed) = ($"c{attempts++}", 0);
        var context = new QueueContext(Now, commit, History.Last, facts, Limits)
        {
            Gone = Gone,
            Push = new PushTerms("device:d", () => $"push-{commit}-{pushed++}"),
        };
        for (var round = 0; round < 300; round++)
        {
            var step = DeviceQueue.Apply(head, operations, context);
            if (!step.Needs.Any)
            {
                LastCost = new Cost(facts.Documents.Count, step.Effects.Writes.Count, step.Effects.Deletes.Count, round);
                Assert.Equal(operations.Count, step.Outcomes.Count);
                Assert.All(step.Outcomes, Assert.NotNull);
                return step;
            }

            Assert.False(step.Changed);
            foreach (var name in step.Needs.Documents)
            {
                if (Find(name) is not { } document) return null;
                facts.Documents.Add(name, document);
            }

            foreach (var key in step.Needs.Keys) facts.Keys.Add(key, History.FindKey(key));
            foreach (var id in step.Needs.Commands) facts.Commands.Add(id, History.Find(id));
        }

        throw new InvalidOperationException("The queue asks for facts without end.");
    }

    private QueueDocument? Find(string name)
    {
        if (!Documents.TryGetValue(name, out var text)) return null;
        if (!read.TryGetValue(name, out var document))
            read.Add(name, document = JsonSerializer.Deserialize(text, QueueJson.Default.QueueDocument)!);
        return document;
    }

    private void WriteAll(QueueEffects effects, bool lost)
    {
        foreach (var (name, document) in effects.Writes)
        {
            Assert.True(everWritten.Add(name), $"Document name {name} was used twice.");
            Documents.Add(name, JsonSerializer.Serialize(document, QueueJson.Default.QueueDocument));
            if (lost) Garbage.Add(name);
        }
    }

    private void Delete(QueueEffects effects, QueueHead before, bool lost)
    {
        if (!audited)
        {
            foreach (var name in effects.Deletes) Documents.Remove(name);
            return;
        }

        var namedNow = LogicalQueue.DocumentsOf(Head, Read);
        var namedBefore = LogicalQueue.DocumentsOf(before, Read);
        foreach (var name in effects.Deletes)
        {
            Assert.DoesNotContain(name, namedNow);
            Assert.Contains(name, namedBefore);
            if (lost) Garbage.Add(name);
            else Assert.True(Documents.Remove(name), $"Document {name} was deleted twice.");
        }

        // Neither too few nor too many: what is in the store is what the head names, but for what faults left.
        Assert.Equal(namedNow.Order(StringComparer.Ordinal), Documents.Keys.Except(Garbage).Order(StringComparer.Ordinal));
    }
}

/// <summary>What a commit cost beside the head.</summary>
internal sealed record Cost(int Reads, int Writes, int Deletes, int Rounds);

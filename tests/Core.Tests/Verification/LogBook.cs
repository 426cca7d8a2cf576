using Gateway.Core.Commands;
using Gateway.Core.Verification;

namespace Gateway.Core.Tests.Verification;

/// <summary>Writes logs by hand. Times are milliseconds of the log's clock; the server's is <see cref="Server"/> ahead of it.</summary>
internal sealed class LogBook
{
    public const long Server = 1_767_225_600_000;

    private readonly List<Observation> entries = [];

    public IReadOnlyList<Observation> Entries => entries;

    public LogBook Enqueue(
        string id, long at, string? key = null, int priority = 5, bool approval = false, bool once = false, string content = "{}", int? status = 201) =>
        Add(new EnqueueSeen
        {
            By = "customer",
            Device = "pi",
            Sent = at * 1_000,
            Answered = status is null ? null : at * 1_000 + 500,
            Status = status,
            Key = key,
            Content = content,
            Priority = priority,
            NeedsApproval = approval,
            AtMostOnce = once,
            Command = status is null ? null : id,
        });

    public LogBook Claim(long at, long lasts, params (string Id, string Token, int Attempt)[] got) => Add(new ClaimSeen
    {
        By = "pi",
        Device = "pi",
        Sent = at * 1_000,
        Answered = at * 1_000 + 500,
        Status = 200,
        VisibilityMs = lasts,
        Commands = [.. got.Select(one => new GrantSeen { Command = one.Id, Token = one.Token, Attempt = one.Attempt, VisibleUntil = Server + at + lasts })],
    });

    /// <summary>A claim that was sent again under its request id: what it shows was given when its end says.</summary>
    public LogBook ClaimAgain(string request, long at, long lasts, int? status, params (string Id, string Token, int Attempt, long Until)[] got) => Add(new ClaimSeen
    {
        By = "pi",
        Device = "pi",
        Sent = at * 1_000,
        Answered = status is null ? null : at * 1_000 + 500,
        Status = status,
        VisibilityMs = lasts,
        Request = request,
        Commands = [.. got.Select(one => new GrantSeen { Command = one.Id, Token = one.Token, Attempt = one.Attempt, VisibleUntil = Server + one.Until })],
    });

    /// <summary>A command that was pushed at a time and came right after it, or later again.</summary>
    public LogBook Push(string connection, long at, long lasts, string id, string token, int attempt, long? came = null) => Add(new PushSeen
    {
        By = "pi",
        Device = "pi",
        Sent = 0,
        Answered = (came ?? at) * 1_000 + 500,
        Status = 200,
        Connection = connection,
        VisibilityMs = lasts,
        Commands = [new GrantSeen { Command = id, Token = token, Attempt = attempt, VisibleUntil = Server + at + lasts }],
    });

    /// <summary>The connection is lost; it surely was there at a time before.</summary>
    public LogBook Lose(string connection, long lastSign, long at, long grace) =>
        Add(new LostSeen { By = "pi", Device = "pi", Sent = lastSign * 1_000, Answered = at * 1_000 + 500, Connection = connection, GraceMs = grace });

    public LogBook Extend(string id, string token, long at, long by, int? status = 200) => Add(new ExtendSeen
    {
        By = "pi",
        Device = "pi",
        Sent = at * 1_000,
        Answered = status is null ? null : at * 1_000 + 500,
        Status = status,
        Command = id,
        Token = token,
        ExtensionMs = by,
        VisibleUntil = status == 200 ? Server + at + by : null,
    });

    public LogBook Release(string id, string token, long at, int? status = 200) => Add(new ReleaseSeen
    {
        By = "pi",
        Device = "pi",
        Sent = at * 1_000,
        Answered = status is null ? null : at * 1_000 + 500,
        Status = status,
        Command = id,
        Token = token,
    });

    public LogBook Result(string id, string token, long at, string says = "done", int? status = 200, CommandState outcome = CommandState.Completed) =>
        Add(new ResultSeen
        {
            By = "pi",
            Device = "pi",
            Sent = at * 1_000,
            Answered = status is null ? null : at * 1_000 + 500,
            Status = status,
            Command = id,
            Token = token,
            Outcome = outcome,
            Digest = says,
        });

    public LogBook Cancel(string id, long at) =>
        Add(new CancelSeen { By = "customer", Device = "pi", Sent = at * 1_000, Answered = at * 1_000 + 500, Status = 200, Command = id });

    public LogBook Approve(string id, long at, bool approved = true) => Add(new DecisionSeen
    {
        By = "customer",
        Device = "pi",
        Sent = at * 1_000,
        Answered = at * 1_000 + 500,
        Status = 200,
        Command = id,
        Approved = approved,
    });

    public LogBook View(string id, long at, CommandState? state, int attempt = 0, string? result = null, string? key = null) => Add(new ViewSeen
    {
        By = "customer",
        Device = "pi",
        Sent = at * 1_000,
        Answered = at * 1_000 + 500,
        Status = state is null ? 404 : 200,
        Command = id,
        State = state,
        Attempt = attempt,
        Result = result,
        Key = key,
    });

    public LogBook Add(Observation entry)
    {
        entries.Add(entry);
        return this;
    }

    /// <summary>The rules that the log breaks.</summary>
    public IEnumerable<HistoryRule> Broken(bool drained = false) => Verdict(drained).Rules.Where(rule => rule.Broken > 0).Select(rule => rule.Rule);

    public HistoryVerdict Verdict(bool drained = false) => HistoryChecker.Check(entries, new CheckOptions { Drained = drained });
}

using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Gateway.Sidecar.Scheduling;

namespace Gateway.Sidecar.Jobs;

/// <summary>
/// Delivers jobs when they are due: POST of <c>/job/{name}</c> with the data. Any 2xx takes it, and 404 says that the app knows no such
/// job, which is as good; everything else is tried again as the job's policy says.
/// </summary>
internal sealed class JobRunner : ScheduleRunner<JobKey, Job, JobRow>
{
    private readonly JobHosts hosts;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopping = new();

    public JobRunner(ScheduleBook<JobKey, Job, JobRow> book, JobHosts hosts, TimeProvider time, ILogger logger)
        : base(book, time, logger)
    {
        this.hosts = hosts;
        this.logger = logger;
        hosts.Added += TakeHome;
    }

    public override void Stop()
    {
        hosts.Added -= TakeHome;
        base.Stop();
        stopping.Cancel();
    }

    protected override bool HasTaker(Job item) => hosts.Find(item.Key) is not null;

    protected override async Task<Delivery> CallAsync(Job item)
    {
        if (hosts.Find(item.Key) is not { } app) return Delivery.NobodyThere;
        using HttpRequestMessage request = app.CreateRequest(HttpMethod.Post, "/job/" + Uri.EscapeDataString(item.Key.Name));
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(item.Definition.Data ?? ""))
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
        };
        try
        {
            using HttpResponseMessage response = await app.SendAsync(request, stopping.Token);
            return response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotFound ? Delivery.Done : Delivery.Failed;
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            return Delivery.Failed;
        }
    }

    protected override void NoteFailure(Job item, bool givenUp)
    {
        JobLog.Failed(logger, item.Key.Name, item.Attempts);
        if (givenUp) JobLog.TickDropped(logger, item.Key.Name);
    }
}

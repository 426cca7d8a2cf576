using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.RenderTree;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Portal.Tests.Kit;

#pragma warning disable BL0006 // The tree that a component has rendered is what is looked at here.

/// <summary>Renders one component as a circuit does, which stays alive: what it shows changes when it renders again.</summary>
internal sealed class LivePage(IServiceProvider services) : Renderer(services, NullLoggerFactory.Instance)
{
    private int root;

    public override Dispatcher Dispatcher { get; } = Dispatcher.CreateDefault();

    /// <summary>How often something was rendered.</summary>
    public int Renders { get; private set; }

    protected override RendererInfo RendererInfo => new("Server", isInteractive: true);

    public static async Task<LivePage> OpenAsync<T>(TimeProvider time, Dictionary<string, object?> parameters)
        where T : IComponent
    {
        var services = new ServiceCollection().AddSingleton(time).AddScoped<Portal.Shell.Ticker>().BuildServiceProvider();
        var page = new LivePage(services);
        await page.ShowAsync<T>(parameters);
        return page;
    }

    /// <summary>Renders it, or with other parameters again.</summary>
    public Task ShowAsync<T>(Dictionary<string, object?> parameters)
        where T : IComponent => Dispatcher.InvokeAsync(() =>
    {
        if (Renders == 0) root = AssignRootComponentId(InstantiateComponent(typeof(T)));
        return RenderRootComponentAsync(root, ParameterView.FromDictionary(parameters));
    });

    /// <summary>The text as it is now.</summary>
    public Task<string> TextAsync() => Dispatcher.InvokeAsync(() =>
    {
        var text = new StringBuilder();
        Collect(root, text);
        return text.ToString();
    });

    protected override void HandleException(Exception exception) => throw new InvalidOperationException("The component failed.", exception);

    protected override Task UpdateDisplayAsync(in RenderBatch renderBatch)
    {
        Renders++;
        return Task.CompletedTask;
    }

    private void Collect(int component, StringBuilder text)
    {
        var frames = GetCurrentRenderTreeFrames(component);
        for (var i = 0; i < frames.Count; i++)
        {
            var frame = frames.Array[i];
            if (frame.FrameType == RenderTreeFrameType.Component) Collect(frame.ComponentId, text);
            else if (frame.FrameType == RenderTreeFrameType.Text) text.Append(frame.TextContent);
        }
    }
}

using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Gateway.Portal.Terminals;

/// <summary>One block of a terminal. It is rendered again only when it is another: of a growing output the browser gets what is new.</summary>
public sealed class TerminalPart : ComponentBase
{
    private TerminalBlock? rendered;

    /// <summary>The block.</summary>
    [Parameter, EditorRequired]
    public TerminalBlock Block { get; set; } = null!;

    /// <inheritdoc />
    protected override bool ShouldRender() => !ReferenceEquals(rendered, Block);

    /// <inheritdoc />
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        rendered = Block;
        foreach (var run in Block.Runs)
        {
            if (run.Classes.Length == 0)
            {
                builder.AddContent(0, run.Text);
                continue;
            }

            builder.OpenElement(1, "span");
            builder.AddAttribute(2, "class", run.Classes);
            builder.AddContent(3, run.Text);
            builder.CloseElement();
        }
    }
}

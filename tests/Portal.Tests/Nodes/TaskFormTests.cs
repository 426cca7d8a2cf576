using Gateway.Portal.Nodes;
using Gateway.Portal.Sessions;

namespace Gateway.Portal.Tests.Nodes;

public sealed class TaskFormTests
{
    private readonly TaskForm form = new();

    [Fact]
    public void Make_WithDefaults_IsATaskWithTheCommandsKey()
    {
        var task = form.Make()!;
        Assert.Equal(("system_info", "normal", 600, form.Command.Key), (task.Command, task.Priority, task.Timeout, task.IdempotencyKey));
        Assert.Null(task.Params);
        form.Command.Accepted();
        Assert.NotEqual(task.IdempotencyKey, form.Make()!.IdempotencyKey);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("86401")]
    [InlineData("1.5")]
    [InlineData("")]
    public void Make_WithAWrongTimeLimit_SaysSo(string timeout)
    {
        form.Timeout = timeout;
        Assert.Null(form.Make());
        Assert.NotNull(form.TimeoutError);
        form.Timeout = " 86400 ";
        Assert.Equal(86_400, form.Make()!.Timeout);
    }

    [Theory]
    [InlineData("[1]", false)]
    [InlineData("7", false)]
    [InlineData("{\"a\":1}", true)]
    [InlineData("", true)]
    public void Make_OfAnyType_TakesAnObjectAlone(string parameters, bool isTaken)
    {
        form.Command.Choose(CommandForm.Free);
        form.Command.FreeType = "scan";
        form.Command.FreeParameters = parameters;
        Assert.Equal(isTaken, form.Make() is not null);
        Assert.Equal(isTaken, form.ParametersError is null);
    }
}

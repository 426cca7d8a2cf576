using Gateway.Actors.Hosting;
using Gateway.Api.Hosting;

return TokenCommand.IsAskedFor(args)
    ? await TokenCommand.RunAsync(args)
    : await GatewayRun.RunAsync(() => GatewayApp.Build(args), GatewayApp.Explain);

using Gateway.Actors.Hosting;
using Gateway.Api.Hosting;

return args switch
{
    _ when TokenCommand.IsAskedFor(args) => await TokenCommand.RunAsync(args),
    _ when VerifyCommand.IsAskedFor(args) => await VerifyCommand.RunAsync(args),
    _ when MigrateCommand.IsAskedFor(args) => await MigrateCommand.RunAsync(args),
    _ when ExportCommand.IsAskedFor(args) => await ExportCommand.RunAsync(args),
    _ when ImportCommand.IsAskedFor(args) => await ImportCommand.RunAsync(args),
    _ => await GatewayRun.RunAsync(() => GatewayApp.BuildAsync(args), GatewayApp.Explain),
};

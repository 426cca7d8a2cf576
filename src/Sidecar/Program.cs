using Gateway.Sidecar.Hosting;

return await SidecarCommand.RunAsync(args);

using Gateway.Sidecar.Hosting;

return await SidecarCommand.Create().Parse(args).InvokeAsync();

using Gateway.Agent.CommandLine;

return await AgentCommandLine.InvokeAsync(args, Console.Out, Console.Error);

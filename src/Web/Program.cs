using MlxActors.Web.Cli;

return await CommandLine.RunAsync(args, Serve.RunAsync);

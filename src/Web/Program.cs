using MlxActors.Web.Cli;

var desk = Desk.OfThisProcess();
return await CommandLine.RunAsync(args, desk, options => Serve.RunAsync(options, desk));

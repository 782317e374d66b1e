using System.Runtime.InteropServices;
using System.Text;
using SmartFhir.Hosting;

ConsoleOptions options;
try
{
    options = ConsoleOptions.Parse(args);
}
catch (UsageException usage)
{
    Console.Error.WriteLine(usage.Message);
    Console.Error.WriteLine("Try -Help.");
    return ExitCode.Usage;
}

if (options.Help)
{
    Console.Out.WriteLine(ConsoleOptions.Usage);
    return ExitCode.Success;
}

Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
if (ModuleLocator.Find(options.Module) is not { } manifest)
{
    Console.Error.WriteLine(ModuleLocator.NotFoundMessage(options.Module));
    return ExitCode.Failure;
}

using var terminal = new Terminal(options.NonInteractive);
using var engine = new Engine(terminal);

// Ctrl+C asks first and insists the second time. A terminal that is closed, or a supervisor, gets the same orderly end:
// the runspace is closed, so that the module can stop what it started.
Console.CancelKeyPress += (_, pressed) => pressed.Cancel = engine.Cancel();
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = engine.Terminate(ExitCode.Terminated));
using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => signal.Cancel = engine.Terminate(ExitCode.HungUp));

if (!engine.Open(manifest))
{
    return engine.ExitCode;
}

if (options.File is not null)
{
    engine.RunFile(options.File, options.FileArguments);
}
else if (options.Command is not null)
{
    engine.Run(options.Command);
}
else
{
    new InteractiveLoop(engine, terminal, showBanner: !options.NoLogo).Run();
}

return engine.ExitCode;

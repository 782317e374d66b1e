using SmartFhir.Help;

const string Usage = """
    SmartFhir.Help [--root <source tree>]                builds en-US/ from the module's assembly and documentation
    SmartFhir.Help [--root <source tree>] --check        names every gap in the help; exit code 1 when there is one
    SmartFhir.Help [--root <source tree>] --package <out>  writes <out>/SmartFhir/<version>/ and <out>/SmartFhir.<version>.nupkg
    """;

string root = Directory.GetCurrentDirectory();
bool check = false;
string? package = null;
for (int i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--root" when i + 1 < args.Length:
            root = Path.GetFullPath(args[++i]);
            break;
        case "--package" when i + 1 < args.Length:
            package = Path.GetFullPath(args[++i]);
            break;
        case "--check":
            check = true;
            break;
        default:
            Console.Error.WriteLine(Usage);
            return 64;
    }
}

var layout = new ModuleLayout(root);
if (package is not null)
{
    Console.WriteLine(new ModulePackage(layout).Write(package));
    return 0;
}

IReadOnlyList<CmdletDescription> cmdlets = CmdletReader.Read(layout);
if (!check)
{
    MamlWriter.Write(cmdlets, layout);
    return 0;
}

string[] gaps = [.. HelpCheck.Gaps(cmdlets, layout)];
foreach (string gap in gaps)
{
    Console.Error.WriteLine(gap);
}

return gaps.Length == 0 ? 0 : 1;

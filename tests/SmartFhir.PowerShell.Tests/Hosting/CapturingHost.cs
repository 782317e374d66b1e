using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using System.Text;

namespace SmartFhir.PowerShell.Tests.Hosting;

/// <summary>A host with a screen of 200 columns that keeps what is written to it. Nobody sits before it: every question is an error.</summary>
internal sealed class CapturingHost : PSHost
{
    private readonly Screen _screen = new();

    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override string Name => "SmartFhir tests";

    public override PSHostUserInterface UI => _screen;

    public override Version Version { get; } = new(1, 0);

    /// <summary>What stands on the screen, without colours and trailing blanks.</summary>
    public string Text => _screen.Text;

    public void Clear() => _screen.Clear();

    public override void EnterNestedPrompt() => throw new NotSupportedException();

    public override void ExitNestedPrompt() => throw new NotSupportedException();

    public override void NotifyBeginApplication()
    {
    }

    public override void NotifyEndApplication()
    {
    }

    public override void SetShouldExit(int exitCode)
    {
    }

    private sealed class Screen : PSHostUserInterface
    {
        private readonly StringBuilder _text = new();

        public override PSHostRawUserInterface RawUI { get; } = new Geometry();

        public override bool SupportsVirtualTerminal => false;

        public string Text
        {
            get
            {
                lock (_text)
                {
                    string plain = new System.Management.Automation.Internal.StringDecorated(_text.ToString()).ToString(OutputRendering.PlainText);
                    return string.Join('\n', plain.ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd())).Trim('\n');
                }
            }
        }

        public void Clear()
        {
            lock (_text)
            {
                _text.Clear();
            }
        }

        public override void Write(string value)
        {
            lock (_text)
            {
                _text.Append(value);
            }
        }

        public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Write(value);

        public override void WriteLine(string value) => Write(value + "\n");

        public override void WriteErrorLine(string value) => WriteLine(value);

        public override void WriteDebugLine(string message) => WriteLine("DEBUG: " + message);

        public override void WriteVerboseLine(string message) => WriteLine("VERBOSE: " + message);

        public override void WriteWarningLine(string message) => WriteLine("WARNING: " + message);

        public override void WriteProgress(long sourceId, ProgressRecord record)
        {
        }

        public override string ReadLine() => throw Nobody();

        public override SecureString ReadLineAsSecureString() => throw Nobody();

        public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) => throw Nobody();

        public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) => throw Nobody();

        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) => throw Nobody();

        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) => throw Nobody();

        private static HostException Nobody() => new("Nobody sits before this host.");
    }

    private sealed class Geometry : PSHostRawUserInterface
    {
        public override ConsoleColor BackgroundColor { get; set; }

        public override Size BufferSize { get; set; } = new(200, 50);

        public override Coordinates CursorPosition { get; set; }

        public override int CursorSize { get; set; }

        public override ConsoleColor ForegroundColor { get; set; }

        public override bool KeyAvailable => false;

        public override Size MaxPhysicalWindowSize => BufferSize;

        public override Size MaxWindowSize => BufferSize;

        public override Coordinates WindowPosition { get; set; }

        public override Size WindowSize { get; set; } = new(200, 50);

        public override string WindowTitle { get; set; } = "";

        public override void FlushInputBuffer()
        {
        }

        public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw new NotSupportedException();

        public override KeyInfo ReadKey(ReadKeyOptions options) => throw new NotSupportedException();

        public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill)
        {
        }

        public override void SetBufferContents(Rectangle rectangle, BufferCell fill)
        {
        }

        public override void SetBufferContents(Coordinates origin, BufferCell[,] contents)
        {
        }
    }
}

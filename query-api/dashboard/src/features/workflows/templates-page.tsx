import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Clock, Plug, SearchX, Upload, Workflow as WorkflowIcon } from "lucide-react";
import { useRef, useState } from "react";
import { words } from "@/shared/format/numbers";
import { useAccount } from "@/shared/session/account";
import { Button, buttonClass } from "@/shared/ui/button";
import { SelectField } from "@/shared/ui/field";
import { Badge, Card, Empty, Failure, Page, Skeleton, type Tone } from "@/shared/ui/layout";
import { SearchField } from "@/shared/ui/search-field";
import { usePageTitle } from "@/shared/ui/title";
import { toast } from "@/shared/ui/toast";
import { connectorsQuery } from "./api-sources";
import { readTemplate, templatesQuery, type Source, type Template } from "./api-templates";
import { DeployDialog } from "./deploy-dialog";
import { kindName, missing } from "./kinds";
import { patched, type Patch, type TemplateSearch } from "./search";

const route = getRouteApi("/signed-in/dashboard/workflow-templates");

const DIFFICULTY: Record<Template["difficulty"], Tone> = { beginner: "good", intermediate: "info", advanced: "warning" };

export function TemplatesPage() {
  usePageTitle("Workflow templates");
  const account = useAccount();
  const { data, error, refetch } = useQuery(templatesQuery);
  const connectors = useQuery(connectorsQuery).data;
  const search = route.useSearch();
  const { q: text = "", category = "" } = search;
  const navigate = route.useNavigate();
  const change = (patch: Patch<TemplateSearch>) => void navigate({ replace: true, search: (before) => patched<TemplateSearch>(before, patch) });
  const [chosen, setChosen] = useState<Source | null>(null);
  const file = useRef<HTMLInputElement>(null);
  const open = async (picked: File) => {
    try {
      setChosen({ from: "file", template: readTemplate(await picked.text()) });
    } catch (error) {
      toast(error instanceof RangeError ? error.message : "This file is not an exported workflow.", "critical");
    }
  };
  const shown = data?.filter((template) => (category === "" || template.category === category) && matches(template, text));
  return (
    <Page
      title="Templates"
      description="Workflows to start from. What they leave open is asked for; after that, they are yours."
      actions={
        <>
          <Link to="/dashboard/workflows" className={buttonClass()}>
            Your workflows
          </Link>
          {account.mayEdit && (
            <Button onClick={() => file.current?.click()}>
              <Upload aria-hidden className="size-4" /> Take in a file
            </Button>
          )}
          <input
            ref={file}
            type="file"
            accept="application/json,.json"
            className="hidden"
            aria-label="An exported workflow"
            onChange={(event) => {
              const picked = event.target.files?.[0];
              event.target.value = "";
              if (picked) {
                void open(picked);
              }
            }}
          />
        </>
      }
    >
      <div className="mb-4 flex flex-wrap gap-2">
        <SearchField label="Search" className="w-full sm:w-64" value={text} onChange={(next) => change({ q: next || undefined })} />
        <SelectField label="Category" hideLabel className="w-52" value={category} onChange={(event) => change({ category: event.target.value || undefined })}>
          <option value="">Every category</option>
          {[...new Set([search.category, ...(data?.map((template) => template.category) ?? [])])].filter((one) => one !== undefined).sort().map((one) => (
            <option key={one} value={one}>
              {words(one)}
            </option>
          ))}
        </SelectField>
      </div>
      {error && !data ? (
        <Card>
          <Failure error={error} retry={() => void refetch()} />
        </Card>
      ) : !shown ? (
        <div className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
          {Array.from({ length: 6 }, (_, index) => (
            <Skeleton key={index} className="h-48 rounded-xl" />
          ))}
        </div>
      ) : shown.length === 0 ? (
        <Card>
          <Empty
            icon={SearchX}
            title="No template is like that"
            action={<Button onClick={() => change({ q: undefined, category: undefined })}>Show all</Button>}
          />
        </Card>
      ) : (
        <ul className="grid grid-cols-[minmax(0,1fr)] gap-4 sm:grid-cols-2 xl:grid-cols-3" aria-label="Templates">
          {shown.map((template) => (
            <TemplateCard key={template.id} template={template} absent={missing(template.requiredConnectors, connectors)} mayUse={account.mayEdit} onUse={() => setChosen({ from: "gallery", template })} />
          ))}
        </ul>
      )}
      {chosen && <DeployDialog source={chosen} onClose={() => setChosen(null)} />}
    </Page>
  );
}

interface CardProps {
  template: Template;
  /** What it wants that cannot be connected here. */
  absent: readonly string[];
  mayUse: boolean;
  onUse: () => void;
}

function TemplateCard({ template, absent, mayUse, onUse }: CardProps) {
  return (
    <li data-testid="template" className="flex flex-col rounded-xl border border-line bg-surface p-4 shadow-card sm:p-5">
      <div className="flex items-start justify-between gap-3">
        <h2 className="text-[0.9375rem] font-semibold">{template.name}</h2>
        <Badge tone={DIFFICULTY[template.difficulty]}>{words(template.difficulty)}</Badge>
      </div>
      <p className="mt-1 text-xs text-soft">{words(template.category)}</p>
      <p className="mt-2 mb-4 line-clamp-4 text-soft">{template.description}</p>
      <div className="mt-auto grid gap-3">
        <dl className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-soft">
          <Fact icon={WorkflowIcon} name="Nodes">
            {template.nodeCount} nodes
          </Fact>
          <Fact icon={Clock} name="Time to set up">
            {template.estimatedTime}
          </Fact>
          {template.requiredConnectors.length > 0 && (
            <Fact icon={Plug} name="Connectors">
              {template.requiredConnectors.map(kindName).join(", ")}
            </Fact>
          )}
        </dl>
        {absent.length > 0 && (
          <p className="text-xs text-warning">
            {absent.map(kindName).join(" and ")} cannot be connected here.{" "}
            {template.parameters.some(({ connector }) => connector !== undefined && absent.includes(connector))
              ? "Another source with the same fields may do: Use says which."
              : "Choose another destination in the builder."}
          </p>
        )}
        <Button className="justify-self-start" disabled={!mayUse} onClick={onUse} aria-label={`Use ${template.name}`}>
          Use
        </Button>
      </div>
    </li>
  );
}

function Fact({ icon: Icon, name, children }: { icon: typeof Clock; name: string; children: React.ReactNode }) {
  return (
    <div className="flex items-center gap-1.5">
      <dt>
        <Icon aria-hidden className="size-3.5" />
        <span className="sr-only">{name}</span>
      </dt>
      <dd>{children}</dd>
    </div>
  );
}

function matches(template: Template, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return wanted === "" || [template.name, template.description, ...template.tags].some((part) => part.toLowerCase().includes(wanted));
}

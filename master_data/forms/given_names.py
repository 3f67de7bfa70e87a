"""Given names that are names of their own: Marta is no misspelt Maria, Julian no misspelt Julia.

Spellings of one name stand together; those of another are other people's.
"""

from master_data.forms.names import is_familiar, kindred

_NAMES = """
aaron; abigail; adam; adele adela; adeline; adrian; adriana; agatha; agnes agnieszka ines; aiden
aidan ayden; aisha; alan allan allen; alana; alba; alberto albert; alejandra; alejandro; aleksander
alexander alejandro alessandro oleksandr aleksandr alexandre; alexis; alfonso; alfred; alfredo;
alice alicia alyssa; alina; alison allison; aliyah; alma; alvaro; amalia; amanda; amber; amelia;
amir; amy aimee; ana ann anna anne anya; ananya; anastasia; andre; andrea; andreas; andrew andy;
andrzej; angel; angela; angelica; angelina; angelo; anita; anja; annabelle; annette; anthony antony
tony; antje; anton; antonia; antonio; aoife; april; aria; ariana arianna; ariel; arjun; arnaud;
arne; arnold; arthur artur arturo; arya; ashley ashleigh; astrid; athena; aubrey; audrey; augusta;
aurora; austin austen; autumn; ava; avery; axel; bailey; barbara; barry; beatrice beatriz; bella;
benedict; benjamin ben; bernadette; bernard; bernice; bert; bertha; bessie; beth; betty bettina;
beverly beverley; bianca; billy; birgit birgitte; bjorn; blake; bobby; bogdan; bonnie; boris;
bradley; brandon brendan branden; brenda; brent; brett; brian bryan; brianna briana; bridget
brigitte; brielle; brittany; bronwyn; brooke; brooklyn; bruce; bruno; byron; caleb kaleb; callie;
calvin; cameron; camila; camille; carla karla; carlo; carlos; carmen; carol; carolina; caroline
karoline; carolyn carolin; carrie; carson; carter; cassandra; cassie; catherine katherine katarzyna
katharina caterina kathryn cathryn katarina ekaterina yekaterina; cayden kaden kayden; cecil;
cecilia; cedric; celia; celine; chad; charlene; charles karl carl; charlotte; chase; cheryl sheryl;
chester; chloe khloe; christian; christina kristina christine kristine; christopher kristof
christof; claire clare; clara klara; clarence; clarissa; claude; claudia; claudio; clemens; clement;
clifford; clinton; clyde; cody; cole; colin; colton; connor conner conor; constance; cora; cormac;
courtney; craig; cristian; cristina; crystal krystal; curtis; cynthia; cyril; daisy; dale; damian
damien; dana; daniel; daniela; danielle; danuta; daphne; daria; dario; darlene; darrell darryl;
darren; david dawid; dawn; dean; debbie; deborah debra; delia; delilah; denis dennis; denise; derek
derrick; deshawn; destiny; devin devon; diana; diane; diego; dieter; dimitri dmitri; dolores;
dominic dominik dominick; dominique; don; donald; donna; doris; dorothy dorothea; douglas; drew;
duc; duncan; dustin; dwayne duane; dwight; dylan; earl; easton; eden; edgar; edith; edmund; edna;
eduardo edward; edwin; effie; eileen; elaine; eleanor; elena; eli; eliana; elias elijah; elisa;
elise; eliza; elizabeth elisabeth; elke; ella; ellen; ellie; elliot elliott; elmer; elsa; elsie;
emil; emilia; emilio; emily emilie; emma; emmett; enid; eric erik; erika erica; erin; erna; ernest
ernesto; esteban; estelle; esther; ethan; ethel; eugene evgeny yevgeny evgeniy; eunice; eva; evan;
eve; evelyn; everett; ezra; fabian; fabio; faith; fatima; fay; federico; felicia; felicity; felipe;
felix; fernanda; fernando; finn; fiona; flora; florence; florian; floyd; frances; francesca;
francesco; francis; francisca; francisco; frank; franklin; franz; fred; frederick friedrich
frederic; freya; frida; frieda; gabriel; gabriela; gabriella; gabrielle; gage; gail; garrett; gary
garry; gavin; gene; genesis; gennady gennadiy; geoffrey jeffrey jeffery; george; georgia; georgina;
gerald; geraldine; gerard; gerda; gertrude; gethin; gianna; gianni; gilbert; gina; ginger; giorgia;
giorgio; giovanna; giovanni; giulia; giulio; gladys; glen glenn; glenda; gloria; gordon; grace;
graham; grant; grayson; gregory grigory grzegorz gregor; greta; gretchen; griffin; guadalupe;
guinevere; gustav; guy; gwen; hadley; hailey haley hayley; halina; hanna hannah; hans; harald;
harold; harper; harriet; harry; harvey; hattie; hayden; hazel; heather; hector; heidi; heike; helen
helene; helena; helga; henrik; henry henri; herbert; herman hermann; hilary hillary; hilda;
hildegard; hiroshi; holden; holly; homer; hope; howard; hubert; hudson; hugo; hunter; ian; ida;
ignacio; igor; ilona; ilse; imogen; inge; ingrid; ira; irene; irina; iris; irma; irving; isaac;
isabel isabelle; isabella isabela; isaiah; isla; ivan; ivana; ivor; ivy; jace; jack; jackie; jackson
jaxon; jacob jakub; jacqueline; jade; jake; james jaime; jan; jana; jane; janet; janice janis;
janina; janine; jared; jasmin yasmin; jason jayson; jasper; javier; jay; jayden jaden; jaylen; jean;
jeanette jeannette; jeanne; jenna; jennifer; jenny; jeremy jeremiah; jerome; jerry gerry; jesse;
jessica; jesus; jill; jillian; jim; joan; joana joanna johanna; joann; joanne; jocelyn; joe; joel;
johann johannes; john jon; johnny; jolene; jonah; jonas; jonathan; jordan; jorge; jose; josef
joseph; josefina josephine; joshua josua; josiah; josie; joy; joyce; juan; juana; judith; judy;
julia; julian; juliana; julie; juliet juliette; julio julius julien; jun; june; jurgen juergen;
justin; justine; kai; kaitlyn caitlin katelyn; karen; karin karen; karina carina; kate; kathleen;
katrin; kayla kaila; kaylee kayleigh; keith; kelly kelley; kendall; kennedy; kenneth; kerstin;
kevin; kim; kimberly kimberley; kinsley; kirsten kristen kristin; klaus; konrad; krystyna; kurt
curt; kyla; kyle; kylie; lakshmi; lance; landon; lane; lara; larry; lars; latoya; laura; lauren;
laurent; laverne; layla leila leyla; lea leah; lee; lena; leo; leon; leona; leonard leonardo;
leonie; leonora; leroy; leslie; lester; leticia; levi; liam; lidia lydia; lila; liliana; lillian;
lily lilly lili; lina; lincoln; linda; lisa; lloyd; logan; lois; lola; lonnie; lorena; lorenzo
lawrence laurence lorenz; loretta; lorraine; louis luis lewis; louisa luisa; louise luisa louisa;
luca; lucas lukas; lucia; luciana; luciano; lucille; lucy lucie lucia luzia; ludmila lyudmila;
luigi; luke lukas lucas luka; luna; luther; lynn lynne; mabel; mackenzie mckenzie; madison;
magdalena; maggie; magnus; malcolm; mallory; mandy; manuel; manuela; marc mark marcus markus marco
marcos; marcel; marcela; marcella; marcia; marcin; marco marko; marcus markus; margaret margareta;
marge; margot; maria marie; mariah; mariana; marianne mariana; mariela; marilyn marilynn; marina;
mario; marion; marisa marissa; marisol; marius; marjorie; marlene; marshall; marta martha; martin;
martina; marvin; mary; mason; mateo matthew matteo matthias mathias; mathilde matilda; matteo;
matthew; matthias; maud; maura; maureen; maurice; mavis; max; maximilian; maxine; maxwell; maya maja
mya; megan; melanie; melinda; melissa; melvin; mercedes; meredith; mia; micah; michael; michaela
makayla; michal; michel; michele; michelle; miguel; mila; milan; mildred; milena; miles myles; milo;
mina; minh; minnie; miriam; mitchell; molly; mona; monica monika; morgan; muriel; myra; myrtle;
nadia; nadine; nadja; nancy; naomi; nash; natalia; natalie; natasha; nathan; neil; nell; nellie;
nelly; nelson; nettie; nevaeh; niamh; nicholas nikolas; nicola; nicole; nikita; nikolai; nils; nina;
noah; noel; noemi; nolan; noor; nora; norbert; norma; norman; olaf; oleg oleh; olga; oliver; olivia;
opal; oscar oskar; otis; otto; owen eoin; pablo; paige; paisley; paloma; pamela; paola; paolo;
parker; patrice; patricia; patrick; patrik; paul; paula; pauline; pavel; pearl; pedro; peggy;
penelope; perry; peter; petra; peyton payton; philip phillip; philippa; phyllis; pia; pierre; pilar;
piotr; polly; presley; preston; priya; quinn; rachel; rafael raphael; rainer; rajesh; ralf ralph;
ramon raymond; ramona; randall; randy; raquel; raul; reagan regan; rebecca; regina; reginald;
renata; renate; rene; renee; rex; rhonda; rhys reece; ricardo; richard ryszard; riley reilly; rita;
robert; roberta; roberto; robin; rochelle; roderick; rodney; rodrigo; roger; roland; rolf; romain;
roman; romina; ronald; ronja; rosa; rosalie; rosalind; rosario; rose; rosemary; ross; rowan;
roxanne; roy; ruben; ruby; rudolf; rufus; rupert; russell; ruth; ryan; ryder; rylee; sabina sabine;
sabrina; sadie; sally; salvador; sam; samantha; samara; samuel; sandra; sandro; sanford; sara sarah;
saskia; savannah; sawyer; scott; sean shaun shawn; sebastian; selena; selina; serena; serenity;
sergei sergey; sergio; seth; shanice; shannon; sharon; sheila; shelby; sheldon; sherry; shirley;
sibylle; sidney; sienna; sierra; silas; silke; silvia sylvia; silvio; simon; simona; simone;
siobhan; skylar; skyler; sofia sophia sophie zofia; solveig; sonia sonja; sonya; spencer; stacey
stacy; stanley; stefan stephan; stefania; stefanie stephanie; stella; stephen steven; stuart;
summer; susan; susanna; susanne; suzanne; sven; svenja; svetlana; sydney; tabea; tamara; tammy;
tania tanja tanya; tanner; tara; tatiana tatyana tatjana; taylor; ted; teresa theresa therese;
terry; tess; thea; thelma; theo; theodora; theodore; thomas tomas tomasz; thuy; tilly; tim; timothy;
tina; tobias; toby; todd; tom; torsten thorsten; tracy tracey; travis; trevor; trinity; tristan;
troy; trudy; tucker; tyler; tyrone; ulla; ulrich; ulrike; ursula; uta; valentin; valentina; valeria;
valerie; vanessa; vera; verena; vernon; veronica veronika; victor viktor; victoria viktoria; vikram;
vincent; viola; violet; virgil; virginia; vivian; vladimir; wallace; walter; wanda; warren; wayne;
wei; wendell; wendy; werner; wesley; weston; whitney; wilbur; wilfred; wilhelm; willard; william;
willie willy; willow; wilma; winifred; wolfgang; wyatt; xavier; xiaomei; ximena jimena; yolanda;
yuri yuriy iurii juri; yves; yvette; yvonne; zachary zackary zachery; zane; zara; zbigniew; zoe zoey
"""
_NAMED: dict[str, set[int]] = {}
for _number, _spellings in enumerate(" ".join(_NAMES.split()).split(";")):
    for _name in _spellings.split():
        _NAMED.setdefault(_name, set()).add(_number)


def one_name(given: str, other: str) -> bool:
    """Say whether both are spellings of one known name: Brian and Bryan."""
    return not _NAMED.get(given, set()).isdisjoint(_NAMED.get(other, ()))


def two_names(given: str, other: str) -> bool:
    """Say whether both are known names and none is a spelling of the other or short for it."""
    known = all(name in _NAMED or is_familiar(name) for name in (given, other))
    return known and given != other and not one_name(given, other) and not kindred(given, other)
